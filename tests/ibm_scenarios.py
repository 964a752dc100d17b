"""Scenarios of IBM's BSS documents, told by a client that is not ours.

    python3 ibm_scenarios.py ADDRESS LOGIN PASSWORD SAMPLES

ADDRESS is where Tillbox listens; LOGIN and PASSWORD are those of a VSR, shown by HTTP Basic; SAMPLES is
the folder with the bodies that IBM's clients send, which are sent as they are. Prints each step; ends
with 1 at the first answer that is not as the documents have it. The catalogue, which the contract has no
call for, is made by the API that the appliance has for it.
"""

import base64
import copy
import http.cookiejar
import json
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

PATIENCE_SECONDS = 180


class Answer:
    """What came back: the status, the headers and the JSON, or None where there is no body."""

    def __init__(self, status, headers, text):
        self.status, self.headers = status, headers
        self.json = json.loads(text) if text else None


class Bss:
    """A client with a login and a password."""

    def __init__(self, address, login, password):
        self.address = address
        pair = base64.b64encode(f"{login}:{password}".encode()).decode()
        self.authorization = f"Basic {pair}"

    def send(self, verb, path, body=None, operation=None):
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
        if operation is not None:
            headers["x-operation"] = operation
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address + "/api/bss" + path, data=data, headers=headers, method=verb
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as answer:
            return Answer(answer.code, answer.headers, answer.read())

    def call(self, verb, path, body=None, status=200, operation=None):
        """Asks, and expects a status."""
        answer = self.send(verb, path, body, operation)
        told = f"{verb} {path}" + (f" [{operation}]" if operation else "")
        must(answer.status == status, f"{told}: {answer.status}, not {status}: {answer.json}")
        print(f"  {answer.status} {told}")
        return answer.json

    def get(self, path):
        return self.call("GET", path)

    def act(self, path, operation):
        return self.call("POST", path, status=204, operation=operation)

    def refused(self, verb, path, status, code, body=None, operation=None):
        """Asks for what is refused with a message."""
        response = self.call(verb, path, body, status, operation)["BSSResponse"]
        must(response["MessageCode"] == code, f"{code} was expected: {response}")
        must(response["ResponseCode"] == str(status), f"the status is said twice: {response}")
        must(response["Severity"] == "Error" and response["Useraction"], f"a remedy: {response}")
        return response


def must(holds, why):
    if not holds:
        sys.exit(f"!!! {why}")


def only(found, what):
    must(isinstance(found, list) and len(found) == 1, f"one {what} was looked for: {found}")
    return found[0]


def query(path, name, **parameters):
    return f"{path}?" + urllib.parse.urlencode({"_namedQuery": name, **parameters})


def until(check, what):
    """Polls as IBM's clients do."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        found = check()
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"!!! waited too long for {what}")


def credential(login, password, **more):
    return {"UserCredential": {"LoginName": login, "NewPassword": password, **more}}


def subscriber(customer, email, *roles):
    person = {"RoleSet": list(roles), "FamilyName": "Doe", "GivenName": "Ann", "EmailAddress": email}
    return {"Subscriber": {"CustomerId": str(customer), "Person": person}}


class Shop:
    """Who sells, signed in as the UI is."""

    def __init__(self, address, login, password):
        self.address, self.token = address, ""
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.token = self.post("/session", {"email": login, "password": password})["csrf_token"]

    def post(self, path, body):
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self.token}
        request = urllib.request.Request(
            self.address + "/api/v1" + path, data=json.dumps(body).encode(), headers=headers
        )
        with self.opener.open(request, timeout=PATIENCE_SECONDS) as answer:
            return json.loads(answer.read())

    def sell(self, part, seating, *months):
        name = {"en": part}
        specification = self.post("/specifications", {"name": name, "state": "active"})["id"]
        terms = [{"key": f"m{it}", "duration": f"{it} months"} for it in months]
        offer = {"name": name, "specification": specification, "terms": terms}
        made = self.post("/offers", {**offer, "part_number": part, "seating": seating})["id"]
        for verb in ["test", "activate", "launch"]:
            self.post(f"/offers/{made}/{verb}", {})


class Story:
    def __init__(self, bss, samples):
        self.bss, self.samples = bss, pathlib.Path(samples)

    def sample(self, name):
        return json.loads((self.samples / f"{name}.json").read_text())

    def by_email(self, email):
        path = query("/resource/subscriber", "getSubscriberByEmailAddress", emailAddress=email)
        return only(self.bss.get(path)["List"], "subscriber")

    def add(self, customer, email, *roles):
        path = "/resource/subscriber?suppressEmail=true"
        return self.bss.call("POST", path, subscriber(customer, email, *roles), 201)["Long"]

    def let_in(self, subscriber_id, email, password):
        """Activates somebody, and gives it a password of its own."""
        self.bss.act(f"/resource/subscriber/{subscriber_id}", "activateSubscriber")
        one_time = credential(email, "one-time-123")
        self.bss.call("POST", "/service/authentication/setOneTimePassword", one_time, 204)
        change = credential(email, password, OldPassword="one-time-123", ConfirmPassword=password)
        self.bss.call("POST", "/service/authentication/changePassword", change, 204)
        return Bss(self.bss.address, email, password)

    def new_customer(self):
        print("1. a new customer, with the bodies that three clients send")
        ids = []
        for name in ["sdk-register-customer-request", "sdk-sampleapp-customer", "py-ssm-registerCustomer"]:
            body = self.sample(name)
            made = self.bss.call("POST", "/resource/customer", body)["Long"]
            shown = self.bss.get(f"/resource/customer/{made}")["Customer"]
            must(shown["Id"] == made and shown["CustomerState"] == "ACTIVE", f"it is active: {shown}")
            said, organization = body["Customer"]["Organization"], shown["Organization"]
            must(organization["OrgName"] == said["OrgName"], f"its name: {shown}")
            for field in ["AddressLine1", "City", "Country", "PostalCode", "State", "AddressType"]:
                must(organization["AddressSet"][0][field] == said["AddressSet"][0][field], field)
            email = said["Contact"]["EmailAddress"]
            path = query("/resource/customer", "getCustomersByContactEmail", emailAddress=email)
            must(only(self.bss.get(path)["List"], "customer")["Id"] == made, "by its contact")
            administrator = self.by_email(email)
            must(administrator["CustomerId"] == made, f"the contact is its subscriber: {administrator}")
            must("CustomerAdministrator" in administrator["Person"]["RoleSet"], "and administrator")
            ids.append(made)
        self.first_order(ids[0])
        return ids[0]

    def first_order(self, customer):
        """Orders what the documents order, and waits until it is there."""
        order = self.sample("wiki-create-subscription-request")
        order["Order"]["CustomerId"] = customer
        made = self.bss.call("POST", "/resource/subscription", order)["List"]
        expected = self.sample("wiki-create-subscription-response")["List"]
        parts = [it["PartNumber"] for it in made]
        must(parts == [it["PartNumber"] for it in expected], f"a subscription an item: {made}")
        for one in [it["SubscriptionId"] for it in made]:
            until(lambda one=one: self.subscription(one)["SubscriptionState"] == "ACTIVE", one)
        return made[0]["SubscriptionId"]

    def subscription(self, one):
        return self.bss.get(f"/resource/subscription/{one}")["Subscription"]

    def update_a_profile(self, customer):
        print("2. a profile is found, changed and looked at; suspended, let go on, and deleted")
        path = query("/resource/customer", "getCustomerByOrgName", orgName="Test Enterprise")
        found = only(self.bss.get(path)["List"], "customer")
        must(found["Id"] == customer, f"by its name: {found}")
        one = f"/resource/customer/{customer}"
        body = self.bss.get(one)
        body["Customer"]["Organization"]["OrgName"] = "Renamed Enterprise"
        del body["Customer"]["Organization"]["Contact"]["Fax"]
        self.bss.call("PUT", one, body, 204)
        after = self.bss.get(one)["Customer"]["Organization"]
        must(after["OrgName"] == "Renamed Enterprise", f"renamed: {after}")
        must("Fax" not in after["Contact"], f"what is left out is gone: {after}")
        self.bss.act(one, "suspendCustomer")
        suspended = self.bss.get(one)["Customer"]
        must(suspended["CustomerState"] == "SUSPENDED" and suspended["SuspensionDate"], suspended)
        self.bss.act(one, "unsuspendCustomer")
        active = self.bss.get(one)["Customer"]
        must(active["CustomerState"] == "ACTIVE" and "SuspensionDate" not in active, active)
        listed = [it["Id"] for it in self.all("/resource/customer")]
        must(customer in listed, f"it is in the list: {listed}")

    def all(self, path):
        """A list page by page, until one is empty."""
        found, number = [], 1
        while True:
            page = self.bss.get(f"{path}?_pageNumber={number}&_pageSize=3")["List"]
            if not page:
                return found
            found, number = found + page, number + 1

    def add_again(self, customer):
        print("7. ten subscribers are deleted, and added again at once")
        bodies = [copy.deepcopy(it) for it in self.sample("sdk-sampleapp-subscribers")["Subscribers"]]
        must(len(bodies) == 10, "the sample has ten")
        before = []
        for body in bodies:
            body["Subscriber"]["CustomerId"] = str(customer)
            before.append(self.bss.call("POST", "/resource/subscriber", body, 201)["Long"])
        self.bss.refused("POST", "/resource/subscriber", 400, "BZSUS9002E", bodies[0])
        for one in before:
            self.bss.call("DELETE", f"/resource/subscriber/{one}", status=204)
        after = [self.bss.call("POST", "/resource/subscriber", body, 201)["Long"] for body in bodies]
        must(not set(before) & set(after), "they are others")
        for one in before:
            path = f"/resource/subscriber/{one}"
            until(lambda path=path: self.bss.send("GET", path).status == 404, "its going")
        for body, one in zip(bodies, after):
            email = body["Subscriber"]["Person"]["EmailAddress"]
            must(self.by_email(email)["Id"] == one, f"{email} is the new one")

    def second_vendor_user(self):
        print("8. a second user of the vendor's own organization")
        own = self.bss.get("/resource/customer")["List"][0]
        must(own["CustomerType"] == "RESELLER", f"the vendor comes first: {own}")
        email = "second@vendor.test"
        second = self.let_in(self.add(own["Id"], email, "VSR"), email, "onet1me!-2")
        role = urllib.parse.urlencode({"loginName": email, "role": "CustomerAdministrator"})
        self.bss.call("POST", f"/service/authorization/assignRole?{role}", status=204)
        must(second.get("/resource/customer")["List"], "it lists the customers")
        body = self.sample("sdk-register-customer-request")
        body["Customer"]["Organization"]["Contact"]["EmailAddress"] = "of.second@example.com"
        made = second.call("POST", "/resource/customer", body)["Long"]
        second.call("DELETE", f"/resource/customer/{made}", status=204)
        second.refused("GET", f"/resource/customer/{made}", 404, "BZSUS9001E")

    def roles(self, customer):
        print("9. roles are asked for, given and taken away")
        email = "roles@example.com"
        user = self.let_in(self.add(customer, email, "User"), email, "passw0rd-9")
        login = urllib.parse.urlencode({"loginName": email})

        def held():
            return self.bss.call("POST", f"/service/authorization/getRoleList?{login}")["List"]

        must(held() == ["User"], "a user")
        user.refused("GET", "/resource/subscriber", 403, "BZSAU9002E")
        given = f"{login}&role=CustomerAdministrator"
        self.bss.call("POST", f"/service/authorization/assignRole?{given}", status=204)
        must(held() == ["User", "CustomerAdministrator"], "and an administrator")
        until(lambda: user.send("GET", "/resource/subscriber").status == 200, "its rights")
        self.bss.call("POST", f"/service/authorization/assignRole?{given}", status=204)
        other = "other@example.com"
        self.let_in(self.add(customer, other, "CustomerAdministrator"), other, "passw0rd-9")
        self.bss.call("POST", f"/service/authorization/unassignRole?{given}", status=204)
        must(held() == ["User"], "a user again")
        until(lambda: user.send("GET", "/resource/subscriber").status == 403, "their going")

    def strangers(self):
        print("nobody else comes in")
        stranger = Bss(self.bss.address, "stranger@example.com", "passw0rd")
        stranger.refused("GET", "/resource/customer", 401, "BZSAU9001E")
        for path in ["/resource/customer/abc", "/resource/subscriber/abc"]:
            self.bss.refused("GET", path, 400, "BZSAP9009E")
            self.bss.refused("GET", path.replace("abc", "987654321"), 404, "BZSUS9001E")

    def ending(self, customer):
        print("the customer is deleted with its people")
        one = f"/resource/customer/{customer}"
        self.bss.call("DELETE", one, status=204)
        until(lambda: self.bss.send("GET", one).status == 404, "its going")


def main():
    _, address, login, password, samples = sys.argv
    shop = Shop(address, login, password)
    for part in ["D08SWLL", "D08S1LL"]:
        shop.sell(part, "per_unit", 12, 24)
    story = Story(Bss(address, login, password), samples)
    story.strangers()
    customer = story.new_customer()
    story.update_a_profile(customer)
    story.add_again(customer)
    story.second_vendor_user()
    story.roles(customer)
    story.ending(customer)
    print("all is as the documents have it")


if __name__ == "__main__":
    main()
