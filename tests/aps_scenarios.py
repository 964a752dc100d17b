"""The scenarios of the bus's three documents, told by a client that is not ours.

    python3 aps_scenarios.py ADDRESS PUBLIC KEY SECRET

ADDRESS is where Tillbox listens, PUBLIC what it tells people (`--public-url`); KEY and SECRET are
those of a consumer key of the operator. Every request is signed by oauthlib, and what is answered is
read by Python's own JSON. Prints each step; ends with 1 at the first answer that is not as the
documents have it.
"""

import json
import sys
import time
import urllib.error
import urllib.request
import uuid

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256, Client

ACCOUNT = "http://parallels.com/aps/types/pa/account/1.2"
BSS_ACCOUNT = "http://parallels.com/pa/bss-account-info/1.0"
CUSTOMER_CLASS = "http://www.odin.com/billing/CustomerClass/1.0"


class Answer:
    """What came back: the status, the headers and the JSON, or None where there is no body."""

    def __init__(self, status, headers, text):
        self.status, self.headers = status, headers
        self.json = json.loads(text) if text else None


class Bus:
    """A system with a consumer key."""

    def __init__(self, address, public, key, secret):
        self.address, self.public, self.key, self.secret, self.count = address, public, key, secret, 0

    def signed(self, verb, path, body=None, **otherwise):
        """A request, signed; by turns with either method, and for either address."""
        self.count += 1
        seen_as = self.public if self.count % 3 == 0 else self.address
        methods = [SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256]
        manner = {"client_secret": self.secret, "signature_method": methods[self.count % 2]}
        client = Client(self.key, **{**manner, **otherwise})
        text = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        _, headers, text = client.sign(seen_as + path, verb, text, headers)
        data = None if text is None else text.encode()
        return urllib.request.Request(self.address + path, data=data, headers=headers, method=verb)

    def send(self, request):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as answer:
            return Answer(answer.code, answer.headers, answer.read())

    def call(self, verb, path, body=None, status=200):
        """Asks, and expects a status."""
        answer = self.send(self.signed(verb, path, body))
        told = f"{verb} {path}"
        must(answer.status == status, f"{told}: {answer.status}, not {status}: {answer.json}")
        print(f"  {answer.status} {told}")
        return answer.json

    def get(self, path):
        return self.call("GET", path)


def must(holds, why):
    if not holds:
        sys.exit(f"!!! {why}")


def only(found, what):
    must(isinstance(found, list) and len(found) == 1, f"one {what} was looked for: {found}")
    return found[0]


def resource(it, *rest):
    return "/aps/2/resources/" + "/".join([it["aps"]["id"], *rest])


def link(it):
    return {"aps": {"id": it["aps"]["id"]}}


def contact():
    return {"email": "isv1@aps.test", "givenName": "Mike", "familyName": "Wilson", "telVoice": "1(888)1234567"}


def only_who_signs_comes_in(bus):
    print("who signs comes in, once, and nobody else")
    accounts = "/aps/2/collections/accounts?eq(id,1)"
    request = bus.signed("GET", accounts)
    must(bus.send(request).status == 200, "a signed request is answered")
    refused = bus.send(request)
    must(refused.status == 401 and refused.json["code"] == 401, "and answered once")
    for otherwise in [
        {"client_secret": "guessed"},
        {"timestamp": str(int(time.time()) - 310)},
        {"timestamp": str(int(time.time()) + 310)},
        {"signature_method": "PLAINTEXT"},
    ]:
        answer = bus.send(bus.signed("GET", accounts, **otherwise))
        must(answer.status == 401, f"{otherwise} is refused: {answer.status}")
        must(set(answer.json) == {"code", "type", "message"}, f"in the bus's envelope: {answer.json}")
    stranger = Bus(bus.address, bus.public, "0" * 32, bus.secret)
    must(stranger.send(stranger.signed("GET", accounts)).status == 401, "an unknown key is refused")


def create_customer(bus, provider, name):
    """A customer with its commercial data, in one batch (001, Create Customer)."""
    bss_id = str(uuid.uuid4())
    batch = [
        {
            "aps": {"type": BSS_ACCOUNT, "id": bss_id},
            "taxStatus": "COMPANY",
            "localeId": "en_US",
            "attributes": [{"attributeID": "external_id", "value": "1111-2222-3333"}],
        },
        {
            "aps": {"type": ACCOUNT},
            "type": "CLIENT",
            "personal": False,
            "companyName": name,
            "bssAccountInfo": {"aps": {"id": bss_id}},
            "parent": link(provider),
            "addressPostal": {
                "countryName": "us",
                "locality": "APS",
                "postalCode": "12345",
                "region": "VA",
                "streetAddress": "11, APS",
            },
            "adminContact": contact(),
            "billingContact": contact(),
            "techContact": contact(),
        },
    ]
    made = bus.call("POST", "/aps/2/resources", batch)
    must([it["aps"]["type"] for it in made] == [BSS_ACCOUNT, ACCOUNT], f"both are answered: {made}")
    must(made[0]["aps"]["id"] == bss_id, "under the id that we chose")
    return made


def manage_accounts(bus):
    print("001 Manage Accounts")
    provider = only(bus.get("/aps/2/collections/accounts?eq(id,1)"), "provider")
    must(provider["type"] == "ADMIN", f"the first account is the provider: {provider}")
    vendors = bus.get("/aps/2/collections/accounts?in(type,(ADMIN,RESELLER))")
    must(only(vendors, "vendor")["id"] == provider["id"], "it is the one vendor")
    taken = bus.get("/aps/2/collections/accounts?eq(companyName,1st%20APS%20inc)")
    must(taken == [], f"the name is free: {taken}")

    bss, account = create_customer(bus, provider, "1st APS inc")
    number = account["id"]
    found = only(bus.get(f"/aps/2/collections/accounts?eq(id,{number}),select(bssAccountInfo)"), "account")
    must(found["bssAccountInfo"]["accountId"] == number, f"both sides have one number: {found}")
    must(found["bssAccountInfo"]["aps"]["id"] == bss["aps"]["id"], "and are linked")
    alone = only(bus.get(f"/aps/2/collections/bss-accounts?eq(accountId,{number})"), "account's BSS data")
    must(alone["taxStatus"] == "COMPANY" and alone["status"] == "ACTIVE", f"as created: {alone}")

    change = {"aps": {"type": ACCOUNT, "id": account["aps"]["id"]}, "companyName": "John Smith and brothers"}
    changed = bus.call("PUT", resource(account), change)
    must(changed["companyName"] == "John Smith and brothers", f"renamed: {changed}")
    must(changed["adminContact"]["givenName"] == "Mike", "and nothing else is changed")

    hold_and_release(bus, bss)
    reassign_class(bus, provider, bss)


def hold_and_release(bus, bss):
    hold = {"policy": "ALL_SUBSCRIPTIONS", "reason": "ACCOUNT_OVERDUE", "comment": "unpaid, ID #1000123"}
    bus.call("POST", resource(bss, "putOnCreditHold"), hold, 204)
    must(bus.get(resource(bss))["status"] == "CREDIT_HOLD", "held")
    tomorrow = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    release = {"policy": "TEMPORARY", "activeUntil": tomorrow, "comment": "per approval ID #23231"}
    bus.call("POST", resource(bss, "releaseFromCreditHold"), release, 204)
    must(bus.get(resource(bss))["status"] == "ACTIVE", "released")


def reassign_class(bus, provider, bss):
    vendor = only(bus.get(f"/aps/2/collections/bss-accounts?eq(accountId,{provider['id']})"), "vendor's BSS data")
    classes = bus.get(resource(vendor, "ownCustomerClasses"))
    names = {it["name"]: it for it in classes}
    must({"Default", "Test Class"} <= set(names), f"the vendor has both classes: {classes}")
    present = only(bus.get(resource(bss, "customerClass")), "class")
    must(present["classId"] == names["Default"]["classId"], f"the usual one: {present}")
    to = {"aps": {"type": CUSTOMER_CLASS, "id": names["Test Class"]["aps"]["id"]}}
    linked = bus.call("POST", resource(bss, "customerClass"), to)
    must(linked["name"] == "Test Class" and "package" in linked["aps"], f"the target: {linked}")
    must(only(bus.get(resource(bss, "customerClass")), "class")["name"] == "Test Class", "reassigned")


def read_service_plans(bus):
    print("002 Service Plans and what belongs to them")
    plans = "/aps/2/collections/service-plans"
    listed = only(bus.get(plans), "service plan")
    must({"billingTerms", "resourceRates", "subscriptionPeriods", "publication"} <= set(listed), f"{listed}")
    must("schema" not in listed["aps"] and "vendor" not in listed, "a list shows neither schema nor links")
    must(len(bus.get(f"{plans}?eq(publication.published,true)")) == 1, "it is for sale")
    must(bus.get(f"{plans}?eq(publication.published,false)") == [], "and no other is there")
    named = only(bus.get(f"{plans}?select(name.en_US)"), "service plan")
    must(set(named) == {"aps", "name"} and set(named["name"]) == {"en_US"}, f"only the name: {named}")
    for more in ["subscriptionPeriods", "resourceRates"]:
        told = only(bus.get(f"{plans}?select(name.en_US,{more})"), "service plan")
        must(set(told) == {"aps", "name", more} and told[more], f"name and {more}: {told}")

    plan = bus.get(resource(listed))
    must({"schema", "package"} <= set(plan["aps"]), f"whole: {plan['aps']}")
    period = plan["subscriptionPeriods"][0]
    price = period["fees"]["recurring"]["price"]
    must(float(price["value"]) == 9.5 and price["code"] == "EUR", f"the fee of a month: {period}")
    tiers = plan["resourceRates"][0]["fees"]["recurringTiers"]
    prices = [(float(it["price"]["value"]), float(it["lowerLimit"])) for it in tiers]
    must(prices == [(1.5, 0), (1.2, 10), (10, 20)], f"as the document prints them: {tiers}")
    for link in ["category", "serviceTemplate", "serviceTerms", "vendor"]:
        must(bus.get(plan[link]["aps"]["href"])["aps"]["id"] == plan[link]["aps"]["id"], f"{link} leads there")

    number = plan["planId"]
    depends = f"{plans}?eq(planId,{number}),select(name.en_US,resources.name.en_US,resources.dependsOn)"
    found = only(bus.get(depends), "service plan")["resources"]
    kinds = {it["name"]["en_US"]: [to["kind"] for to in it.get("dependsOn", [])] for it in found}
    must(kinds["Storage"] == ["REQUIRES"], f"what each resource depends on: {kinds}")

    for alias in ["notification-templates", "service-plan-categories", "bss-resources", "service-terms", "tax-categories"]:
        first = bus.get(f"/aps/2/collections/{alias}")[0]
        must("schema" not in first["aps"], "a list is brief")
        whole = bus.get(resource(first))
        must(whole["name"] == first["name"] and "schema" in whole["aps"], f"and one is whole: {whole}")
    return plan


def main():
    bus = Bus(*sys.argv[1:])
    only_who_signs_comes_in(bus)
    manage_accounts(bus)
    read_service_plans(bus)
    print(f"all is as the documents have it: {bus.count} requests")


main()
