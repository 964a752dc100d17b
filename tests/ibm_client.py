"""A client of IBM's BSS as administrators wrote theirs: what it sends, and what it reads at once.

    python3 ibm_client.py ADDRESS LOGIN PASSWORD SAMPLES

As ibm_scenarios.py, whose client this is, but against the demo: nothing is put on a shelf, the part
numbers are those of the documents. Whatever it reads of an answer must be there and be of its kind: a
date that is missing ends the script, as it ended the programs.
"""

import json
import sys
import time
from datetime import datetime

from ibm_scenarios import Bss, Story, must, query, until

STATES = {"ACTIVE", "PENDING", "SUSPENDED", "SOFT_DELETED", "CANCEL_PENDING", "REMOVE_PENDING",
          "DEREGISTER_PENDING"}
PARTS = {"D0NWLLL", "D0NPULL", "D0NWKLL", "D0NWILL", "D0NWJLL", "D09TILL", "D0Y5ELL", "D0QBKLL", "D100PLL",
         "D0PUILL", "D0PUJLL", "D0NRILL", "D08SWLL", "D08S1LL", "D0NWLLL-UNIFYPOOL", "D0NWLLL-UNIFYTRL"}
REALMS = {"FEDERATED", "NON_FEDERATED", "MODIFIED_FEDERATED", "PARTIAL_FEDERATED"}


class Admin(Bss):
    """Sends an empty object where there is nothing to say."""

    def send(self, verb, path, body=None, operation=None):
        body = {} if body is None and verb != "GET" else body
        return super().send(verb, path, body, operation)


def date(of, name):
    """A date that the client reads: it does not ask whether there is one."""
    must(name in of, f"[{name}] is missing: {of}")
    return datetime.strptime(of[name], "%m/%d/%Y %H:%M:%S")


def word(of, name, known):
    must(of.get(name) in known, f"[{name}] is none of {sorted(known)}: {of}")
    return of[name]


def whole(of, *names):
    for name in names:
        must(isinstance(of.get(name), int), f"[{name}] is no number: {of}")


def yes_or_no(of, *names):
    for name in names:
        must(isinstance(of.get(name), bool), f"[{name}] is neither yes nor no: {of}")


def customer_of(it):
    """Reads a customer."""
    whole(it, "Id")
    yes_or_no(it, "IsGuest")
    organization = it["Organization"]
    contact = organization["Contact"]
    word(it, "CustomerState", STATES)
    word(organization, "PartyType", {"ORGANIZATION", "PERSON"})
    yes_or_no(organization, "IsPartner", "IsSyncPending")
    for part in [organization, contact]:
        word(part, "SecurityRealm", REALMS)
        must(date(part, "Created") <= date(part, "Modified"), f"changed after it was made: {part}")
    yes_or_no(contact, "Deleted")
    must(contact["OrgName"] == organization["OrgName"], f"whose contact it is: {contact}")
    for address in organization["AddressSet"]:
        date(address, "Modified")
    for account in it.get("CustomerAccountSet", [{}])[:1]:
        whole(account, "VendorId")
    return it


def subscription_of(it):
    """Reads a subscription."""
    whole(it, "Id", "CustomerId", "EntitlementQuantity", "EntitlementQuantityAvailable",
          "MaxNumberOfSeats", "NumberOfAvailableSeats", "DurationLength", "ParentSubscriptionId")
    yes_or_no(it, "IsAutomaticallyRenewed", "IsTrial", "IsBeta", "IsFree", "Deleted")
    word(it, "SubscriptionState", STATES)
    word(it, "DurationUnits", {"YEARS", "MONTHS", "DAYS"})
    for name in ["Created", "Modified", "PurchaseDate"]:
        date(it, name)
    must(date(it, "EffectiveDate") < date(it, "ExpirationDate"), f"it lasts: {it}")
    return it


def subscriber_of(it):
    """Reads a subscriber, and which seats it has of which subscriptions."""
    person = it["Person"]
    whole(it, "Id", "CustomerId")
    yes_or_no(it, "IsGuest", "IsSyncPending")
    word(it, "SubscriberState", STATES)
    word(it, "PartyRoleType", {"SUBSCRIBER"})
    word(person, "SecurityRealm", REALMS)
    yes_or_no(person, "Deleted", "IsRestrictedUse")
    for name in ["Created", "Modified"]:
        date(person, name)
    must(isinstance(person["RoleSet"], list) and person["OrgName"], f"its roles: {it}")
    for seat in it["SeatSet"]:
        whole(seat, "Id", "SubscriptionId", "SubscriberId", "TermsOfUseId", "VendorId", "Version")
        for name in ["Created", "Modified"]:
            date(seat, name)
    return it, {seat["SubscriptionId"]: seat["Id"] for seat in it["SeatSet"]}


class Company(Story):
    """A customer, and what is done with it."""

    def filled(self, name, **values):
        """A template with its places filled in."""
        text = (self.samples / f"{name}.json").read_text()
        for place, value in values.items():
            text = text.replace("{" + place + "}", value)
        return json.loads(text)

    def register(self, email):
        body = self.filled(
            "py-template-register_customer", org_name="Cork Works", phone="123-456-7899",
            address_line_1=" ", address_line_2="", address_type="billing", city="Cork",
            country="Ireland", postal_code="", state="", contact_family_name="Byrne",
            contact_given_name="Una", contact_email_address=email, name_prefix="Mr",
            employee_number="6A77777", language_preference="", work_phone="123-456-7899",
            mobile_phone="123-456-7899", home_phone="123-456-7899", fax="123-456-7899",
            job_title="Director", website_address="www.ibm.com", time_zone="America/Central",
        )
        self.id = self.bss.call("POST", "/resource/customer", body)["Long"]
        return self.get()

    def get(self):
        return customer_of(self.bss.get(f"/resource/customer/{self.id}")["Customer"])

    def add_person(self, email, role="User"):
        body = self.filled(
            "py-template-register_subscriber", customer_id=str(self.id), role_set=role,
            family_name="Johnson", given_name="James", email_address=email, name_prefix="",
            name_suffix="", employee_number=" ", language_preference="en_US", work_phone="",
            mobile_phone="", home_phone="", fax="", job_title="", website_address="",
            time_zone="CST", photo="CST",
        )
        path = "/resource/subscriber?suppressEmail=true&suppressEmail=true"
        made = self.bss.call("POST", path, body, 201)["Long"]
        it, seats = self.person(made)
        must((it["SubscriberState"], seats) == ("PENDING", {}), f"it is new: {it}")
        return made

    def person(self, one):
        return subscriber_of(self.bss.get(f"/resource/subscriber/{one}")["Subscriber"])

    def buy(self, part, length, quantity):
        body = self.filled("py-template-register_subscription", duration_units="MONTHS", part_number=part)
        item = body["Order"]["OrderItemSet"][0]
        item["DurationLength"], item["PartQuantity"] = length, quantity
        body["Order"]["CustomerId"] = self.id
        path = "/resource/subscription?suppressEmail=true"
        made = self.bss.call("POST", path, body)["List"][0]["SubscriptionId"]
        it = self.bought(made)
        must((it["DurationLength"], it["DurationUnits"]) == (length, "MONTHS"), f"as long: {it}")
        must(it["EntitlementQuantity"] == quantity, f"as many: {it}")
        return made

    def bought(self, one):
        return subscription_of(self.subscription(one))

    def ready(self, one):
        until(lambda: self.bought(one)["SubscriptionState"] == "ACTIVE", f"subscription {one}")

    def entitle(self, one, subscription):
        path = f"/resource/subscriber/{one}/subscription/{subscription}"
        self.bss.call("POST", path, operation="entitleSubscriber")
        return self.person(one)[1][subscription]

    def companies(self):
        print("a company is registered, bought for, held and let go on")
        it = self.register("una@cork.example.com")
        address = it["Organization"]["AddressSet"][0]
        must((address["City"], address["CountryCode"]) == ("Cork", "IE"), f"its place: {address}")
        self.base = self.buy("D0NPULL", 8, 20)
        self.ready(self.base)
        for operation, state in [("suspendCustomer", "SUSPENDED"), ("unsuspendCustomer", "ACTIVE")]:
            self.bss.act(f"/resource/customer/{self.id}", operation)
            must(self.get()["CustomerState"] == state, operation)

    def seats(self):
        print("seats are had by who was only added, moved and given back")
        other = self.buy("D0NRILL", 10, 16)
        self.ready(other)
        one = self.add_person("mover@cork.example.com")
        seat = self.entitle(one, other)
        before = self.bought(other)["NumberOfAvailableSeats"]
        path = f"/resource/subscription/{other}/seat/{seat}?targetSubscription={self.base}"
        self.bss.call("POST", path, status=204, operation="transferSeat")
        must(self.bought(other)["NumberOfAvailableSeats"] > before, "one more is free")
        held = self.person(one)[1]
        path = f"/resource/subscriber/{one}/seat/{held[self.base]}?_force=false"
        self.bss.call("POST", path, status=204, operation="revokeSubscriber")
        must(self.person(one)[1] == {}, "it has none any more")
        self.bss.call("DELETE", f"/resource/subscription/{other}", status=204)
        for operation, state in [("suspendSubscription", "SUSPENDED"), ("unsuspendSubscription", "ACTIVE")]:
            self.bss.act(f"/resource/subscription/{self.base}", operation)
            until(lambda state=state: self.bought(self.base)["SubscriptionState"] == state, operation)

    def people(self):
        print("people are activated, given roles and passwords, stopped, and gone for a while")
        administrator = self.by_email("una@cork.example.com")["Id"]
        self.bss.act(f"/resource/subscriber/{administrator}", "activateSubscriber")
        email = "worker@cork.example.com"
        one = self.add_person(email)
        path = f"/resource/subscriber/{one}"
        self.bss.act(path, "activateSubscriber")
        must(self.person(one)[0]["SubscriberState"] == "ACTIVE", "it is active")
        for verb, role, expected in [
            ("assignRole", "CustomerAdministrator", ["User", "CustomerAdministrator"]),
            ("assignRole", "CustomerAdministrator", ["User", "CustomerAdministrator"]),
            ("unassignRole", "CustomerAdministrator", ["User"]),
            ("unassignRole", "User", []),
            ("unassignRole", "User", []),
            ("assignRole", "User", ["User"]),
        ]:
            service = f"/service/authorization/{verb}?loginName={email}&role={role}"
            self.bss.call("POST", service, status=204)
            listed = self.bss.call("POST", f"/service/authorization/getRoleList?loginName={email}")
            must(listed["List"] == expected, f"{verb} {role}: {listed}")
        self.passwords(email)
        for operation, state in [("suspendSubscriber", "SUSPENDED"), ("unSuspendSubscriber", "ACTIVE")]:
            self.bss.act(path, operation)
            must(self.person(one)[0]["SubscriberState"] == state, operation)
        self.deletions()

    def passwords(self, email):
        once = self.filled(
            "py-template-set_one_time_password", email_address=email, temp_password="basic4Password"
        )
        self.bss.call("POST", "/service/authentication/setOneTimePassword", once, 204)
        changes = [("basic4Password", "MyBetterSaferPassword1!"),
                   ("MyBetterSaferPassword1!", "ReallyReallySecureWith0dd_ch4r4ct3rs_")]
        for status, (old, new) in zip([204, 400], changes):
            body = self.filled(
                "py-template-change_password", email_address=email, old_password=old, new_password=new
            )
            self.bss.call("POST", "/service/authentication/changePassword", body, status)
        body = self.filled(
            "py-template-set_user_password", email_address=email, new_password="An0ther-Word"
        )
        path = "/service/authentication/setUserPassword?bypassPolicy=false"
        self.bss.call("POST", path, body, 204)
        self.bss.call("POST", f"/service/authentication/resetPassword?loginName={email}%20", status=204)

    def deletions(self):
        one = self.add_person("leaver@cork.example.com")
        self.entitle(one, self.base)
        path = f"/resource/subscriber/{one}"
        self.bss.call("DELETE", f"{path}?moveToSoftDelete=true", status=204)
        must(self.person(one)[0]["SubscriberState"] == "SOFT_DELETED", "it can be had back")
        self.bss.act(path, "restoreSubscriber")
        must(self.person(one)[0]["SubscriberState"] == "ACTIVE", "it is back")
        self.bss.call("DELETE", f"{path}?moveToSoftDelete=false", status=204)
        until(lambda: self.bss.send("GET", path).status == 404, "its going")

    def lists(self):
        print("what a company has is read page by page")
        for noun, name, parameter, read in [
            ("subscription", "getSubscriptionByCustomer", "customerId", subscription_of),
            ("subscriber", "getSubscriberByCustomer", "customer", subscriber_of),
        ]:
            path, number, found = query(f"/resource/{noun}", name, **{parameter: self.id}), 1, 0
            while page := self.bss.get(f"{path}&_pageNumber={number}&_pageSize=2")["List"]:
                found, number = found + len([read(it) for it in page]), number + 1
            must(found > 0, f"it has a {noun}")
        path = query("/resource/customer", "getCustomerByOrgName", orgName="Cork Works")
        must([customer_of(it)["Id"] for it in self.bss.get(path)["List"]] == [self.id], "by name")
        for it in self.all("/resource/customer"):
            customer_of(it)

    def strange_ids(self):
        print("what is not there, and what is no number")
        for noun in ["customer", "subscription", "subscriber"]:
            must(self.bss.send("GET", f"/resource/{noun}/0454540").status == 404, noun)
            must(self.bss.send("GET", f"/resource/{noun}/safasfswa").status == 400, noun)

    def end(self):
        print("the company is deleted, with its people and although it owes")
        self.bss.call("DELETE", f"/resource/customer/{self.id}", status=204)
        answer = self.bss.send("GET", f"/resource/customer/{self.id}")
        if answer.status == 200:
            must(customer_of(answer.json["Customer"])["CustomerState"] == "DEREGISTER_PENDING", answer.json)
        path = query("/resource/subscriber", "getSubscriberByEmailAddress",
                     emailAddress="worker@cork.example.com")
        must(self.bss.get(path)["List"] == [], "its people are gone")


class Documents(Company):
    """The payloads of the documents, sent as they are but for the ids of things."""

    def parts(self):
        print("the parts of the documents are for sale, and ordered as they order them")
        offered = set()
        for page in range(1, 100):
            here = self.bss.get(f"/resource/offering?_pageNumber={page}&_pageSize=100")["List"]
            offered.update(it["PartNumber"] for it in here)
            if not here:
                break
        must(PARTS <= offered, f"these are not for sale: {PARTS - offered}")
        body = self.sample("sdk-register-customer-request")
        self.id = self.bss.call("POST", "/resource/customer", body)["Long"]
        self.base = self.first_order(self.id)
        terms = [(it["DurationLength"], it["DurationUnits"], it["BillingFrequency"])
                 for it in map(self.bought, [self.base, self.base + 1])]
        must(terms == [(2, "YEARS", "ARC"), (1, "YEARS", "ARC")], f"as ordered: {terms}")
        order = {"DurationUnits": "YEARS", "DurationLength": 3, "PartNumber": "D0NWLLL",
                 "PartQuantity": 25, "BillingFrequency": "ARC"}
        trial = {"DurationUnits": "DAYS", "DurationLength": 30, "PartNumber": "D0NWLLL-UNIFYTRL",
                 "PartQuantity": 5}
        pool = {"DurationUnits": "MONTHS", "DurationLength": 1, "PartNumber": "D0NWLLL-UNIFYPOOL",
                "PartQuantity": 5}
        items = {"Order": {"CustomerId": self.id, "OrderItemSet": [order, trial, pool]}}
        made = [it["SubscriptionId"] for it in self.bss.call("POST", "/resource/subscription", items)["List"]]
        paid, tried, pooled = map(self.bought, made)
        must((paid["BillingFrequency"], paid["IsTrial"], paid["IsFree"]) == ("ARC", False, False), paid)
        must((tried["DurationLength"], tried["IsTrial"]) == (30, True), tried)
        must(pooled["EntitlementQuantity"] == 5, pooled)

    def no_seat_no_use(self):
        print("who has no seat is not let in")
        one = self.add_person("seatless@example.com")
        self.bss.act(f"/resource/subscriber/{one}", "activateSubscriber")
        path = f"/resource/subscriber/{one}/subscription/{self.base}"

        def is_admitted():
            return self.bss.get(path)["Admission"]["IsAdmitted"]

        must(not is_admitted(), "without a seat")
        self.entitle(one, self.base)
        until(is_admitted, "its seat")

    def storage(self):
        order = {"DurationUnits": "YEARS", "DurationLength": 1, "PartNumber": "D100PLL", "PartQuantity": 100}
        items = {"Order": {"CustomerId": self.id, "OrderItemSet": [order]}}
        pool = self.bss.call("POST", "/resource/subscription", items)["List"][0]["SubscriptionId"]
        self.ready(pool)
        seat = self.entitle(self.by_email("seatless@example.com")["Id"], pool)
        body = self.sample("wiki-change-quota-seat-payload")
        body["Seat"].update(SubscriptionId=pool, Id=seat, Oid=seat, EntitlementQuantityAllocated=60)
        path = f"/resource/subscription/{pool}/seat/{seat}"
        self.bss.call("POST", path, body, 204, "changeQuota")
        must(self.bought(pool)["EntitlementQuantityAvailable"] == 40, "what is left")

    def rest(self):
        body = self.sample("wiki-add-service-component-request")
        made = self.bss.call("POST", "/resource/servicecomponent", body)
        must(made.keys() == self.sample("wiki-add-service-component-response").keys(), made)
        self.bss.act(f"/resource/subscriber/{self.by_email('johndoe@example.com')['Id']}", "activateSubscriber")
        body = self.sample("wiki-set-user-password-request")
        self.bss.call("POST", "/service/authentication/setUserPassword", body, 204)
        credential = body["UserCredential"]
        own = Admin(self.bss.address, credential["LoginName"], credential["NewPassword"])
        must(own.get(f"/resource/customer/{self.id}")["Customer"]["Id"] == self.id, "it signs in")


def main():
    _, address, login, password, samples = sys.argv
    begun = time.monotonic()
    company = Company(Admin(address, login, password), samples)
    for chapter in [company.companies, company.seats, company.people, company.lists,
                    company.strange_ids, company.end]:
        chapter()
    documents = Documents(company.bss, samples)
    for chapter in [documents.parts, documents.no_seat_no_use, documents.storage, documents.rest]:
        chapter()
    print(f"all is as the documents have it, in {time.monotonic() - begun:.0f} seconds")


main()
