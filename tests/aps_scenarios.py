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
PATIENCE_SECONDS = 180
ORDERS = "/aps/2/services/order-manager/orders"


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
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
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
    return account


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


def sell(bus, account, plan):
    """A sales order (003, Create a subscription), estimated before it is placed."""
    period = plan["subscriptionPeriods"][0]["period"]
    server = plan["resourceRates"][0]["resourceId"]
    product = {"planId": plan["aps"]["id"], "period": period, "resources": [{"resourceId": server, "amount": 5}]}
    order = {"type": "SALES", "accountId": account["aps"]["id"], "products": [product]}
    estimate = bus.call("POST", f"{ORDERS}/estimate?includeTaxes=false", order)
    must(float(estimate["total"]["value"]) == 25 + 9.5 + 4 * 1.5, f"setup, a month, four servers: {estimate}")
    must(bus.get(ORDERS) == [], "an estimate places nothing")
    placed = bus.call("POST", ORDERS, order)
    must(set(placed) == {"orderId"}, f"only the id: {placed}")
    return placed["orderId"]


def manage_subscriptions(bus, account, plan):
    print("003 Manage Subscriptions")
    order = sell(bus, account, plan)
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        info = bus.get(f"{ORDERS}/{order}")
        if info["provisioningStatus"] == "COMPLETED" or time.monotonic() > ends:
            break
        time.sleep(0.05)
    must(info["type"] == "SALES" and info["status"] == "COMPLETED", f"it is done: {info}")
    must(only(bus.get(f"{ORDERS}?like(orderNumber,*SO000001)"), "order")["orderId"] == order, "and listed")
    made = only(info["subscriptions"], "subscription of the order")

    subscriptions = "/aps/2/collections/bss-subscriptions"
    of_account = bus.get(f"{subscriptions}?eq(account.aps.id,{account['aps']['id']})")
    listed = only(of_account, "subscription of the customer")
    must(listed["aps"]["id"] == made["subscriptionId"], f"the one that was ordered: {listed}")
    must("schema" not in listed["aps"] and "account" not in listed, "a list shows neither schema nor links")
    # By its id: the first bill may be written between the two, and changes it.
    must(only(bus.get(subscriptions), "subscription")["aps"]["id"] == made["subscriptionId"], "there is no other")
    pa = only(bus.get("/aps/2/collections/subscriptions?like(name,*Demo*)"), "subscription by its name")
    must(only(bus.get(resource(listed, "paSubscription?select(aps.id,name)")), "OSS side")["aps"]["id"] == pa["aps"]["id"], "coupled")
    must(bus.get(resource(pa, "provisioningState")) == {"state": "SUCCESS", "message": ""}, "provisioned")

    whole = bus.get(resource(listed))
    must({"account", "vendor", "bssAccountInfo", "paSubscription", "servicePlan"} <= set(whole), f"with links: {whole}")
    must(whole["servicePlan"]["aps"]["id"] == plan["aps"]["id"], "to the plan")
    must((whole["status"], whole["serviceStatus"]) == ("ACTIVE", "ACTIVE"), "served")
    sold = bus.get(resource(listed, "resources"))[0]
    must((sold["included"], sold["additional"], sold["status"]) == ("1.0", "4.0", "INSTALLED"), f"as sold: {sold}")
    delivered = {it["resourceId"]: it for it in bus.get(resource(pa, "resources"))}
    must(delivered[sold["resourceId"]]["limit"] == 5, f"the same on the OSS side: {delivered}")

    hold_because_of_debts(bus, listed, pa)
    attributes = [{"attributeId": "PONumber", "value": "myponumber1"}]
    must(bus.call("PUT", resource(listed), {"attributes": attributes})["attributes"] == attributes, "said of it")
    work_on_what_was_ordered(bus, order)


def hold_because_of_debts(bus, subscription, pa):
    """An ERP system holds what is not paid for, and releases it (003, Change the Subscription State)."""
    overdue = {"reason": "ACCOUNT_OVERDUE", "comment": "Requested by the ERP system."}
    bus.call("POST", resource(subscription, "putOnHold"), overdue, 204)
    held = bus.get(resource(subscription))
    must((held["status"], held["serviceStatus"]) == ("ADMINISTRATIVE_HOLD", "STOPPED"), f"held: {held}")
    must(bus.get(resource(pa))["disabled"] is True, "and the OSS side follows")
    change = {"type": "CHANGE", "subscriptionId": subscription["aps"]["id"], "resources": []}
    bus.call("POST", ORDERS, change, 409)
    paid = {"reason": "OTHER", "comment": "The balance was restored. Requested by the ERP system."}
    bus.call("POST", resource(subscription, "releaseFromHold"), paid, 204)
    free = bus.get(resource(subscription))
    must((free["status"], free["serviceStatus"]) == ("ACTIVE", "ACTIVE"), f"released: {free}")
    must(bus.get(resource(pa))["disabled"] is False, "on both sides")


def work_on_what_was_ordered(bus, order):
    """From an order to its subscription, which is changed, renewed and called off by orders."""
    made = bus.get(f"{ORDERS}/{order}")["subscriptions"][0]
    about = {"subscriptionId": made["subscriptionId"]}
    path = f"/aps/2/resources/{made['subscriptionId']}"
    amounts = [{"resourceId": it["resourceId"], "amount": 7} for it in made["resources"] if it["amount"] == "5.0"]
    bus.call("POST", ORDERS, {"type": "CHANGE", **about, "resources": amounts})
    limits = [it.get("limit") for it in bus.get(f"/aps/2/resources/{made['paSubscriptionId']}/resources")]
    must(7 in limits, f"more servers on the OSS side: {limits}")
    until = bus.get(path)["expirationDate"]
    bus.call("POST", ORDERS, {"type": "RENEWAL", **about})
    must(bus.get(path)["expirationDate"] > until, "renewed")
    reason = bus.get(f"{ORDERS}/reasonCodes")[0]["code"]
    ended = bus.call("POST", ORDERS, {"type": "CANCELLATION", **about, "reasonCode": reason})
    must(bus.get(f"{ORDERS}/{ended['orderId']}")["reasonCode"] == reason, "with its reason")
    over = bus.get(path)
    must((over["status"], over["serviceStatus"]) == ("TERMINATED", "STOPPED"), f"over: {over}")
    must(over["shutdownDate"] < over["terminationDate"], f"kept for some days: {over}")
    types = [it["type"] for it in bus.get(f"{ORDERS}?sort(-orderNumber),select(type)")]
    must(sorted(types) == ["CANCELLATION", "CHANGE", "RENEWAL", "SALES"], f"all that was ordered: {types}")


def main():
    bus = Bus(*sys.argv[1:])
    only_who_signs_comes_in(bus)
    account = manage_accounts(bus)
    plan = read_service_plans(bus)
    manage_subscriptions(bus, account, plan)
    print(f"all is as the documents have it: {bus.count} requests")


main()
