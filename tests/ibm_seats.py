"""Scenarios 3 to 6 of IBM's BSS documents: what is ordered, and who is entitled to it.

    python3 ibm_seats.py ADDRESS LOGIN PASSWORD SAMPLES

As ibm_scenarios.py, whose client this is.
"""

import sys

from ibm_scenarios import Bss, Shop, Story, must, only, query, until


class Seats(Story):
    def order(self, customer, *items):
        """Orders parts for a year, and waits until they are there."""
        item = {"DurationUnits": "YEARS", "DurationLength": 1}
        order = [{**item, "PartNumber": part, "PartQuantity": count} for part, count in items]
        body = {"Order": {"CustomerId": customer, "OrderItemSet": order}}
        made = self.bss.call("POST", "/resource/subscription", body)["List"]
        must([it["PartNumber"] for it in made] == [it[0] for it in items], f"in order: {made}")
        ids = [it["SubscriptionId"] for it in made]
        for one in ids:
            until(lambda one=one: self.subscription(one)["SubscriptionState"] == "ACTIVE", one)
        return ids

    def entitle(self, subscriber, subscription):
        """Entitles somebody, and polls until the seat is assigned."""
        path = f"/resource/subscriber/{subscriber}/subscription/{subscription}?acceptTOU=true"
        made = self.bss.call("POST", path, operation="entitleSubscriber")["HashMap"]
        must(made["Key"] == [subscription], f"of the subscription: {made}")
        seat = made["Value"][0]

        def is_assigned():
            shown = self.bss.get(f"/resource/subscriber/{subscriber}")["Subscriber"]
            states = {it["Id"]: it["SeatState"] for it in shown["SeatSet"]}
            return states.get(seat) == "ASSIGNED"

        until(is_assigned, "the seat")
        return seat

    def full(self):
        print("3. a customer, its administrator, what it orders, and its people")
        body = self.sample("sdk-register-customer-request")
        contact = "administrator@full.example.com"
        body["Customer"]["Organization"]["Contact"]["EmailAddress"] = contact
        customer = self.bss.call("POST", "/resource/customer", body)["Long"]
        self.let_in(self.by_email(contact)["Id"], contact, "passw0rd-3")
        base = self.first_order(customer)
        for number in range(3):
            email = f"user{number}@full.example.com"
            one = self.add(customer, email, "User")
            path = f"/resource/subscriber/{one}"
            whole = self.bss.get(path)
            attribute = self.sample("sdk-subscriber-attribute-notes.reconstructed")
            whole["Subscriber"]["SubscriberAttributeSet"] = [attribute]
            self.bss.call("PUT", path, whole, 204)
            self.let_in(one, email, "passw0rd-3")
            self.entitle(one, base)
        left = self.subscription(base)["NumberOfAvailableSeats"]
        must(left == 2, f"two of five seats are left: {left}")
        twice = self.bss.send(
            "POST", f"/resource/subscriber/{one}/subscription/{base}", None, "entitleSubscriber"
        )
        expected = self.sample("py-error-seat-already-assigned")
        must((twice.status, twice.json) == (404, expected), f"as it is known: {twice.json}")
        return customer, base

    def silent(self, customer, base):
        print("4. somebody is provisioned before the address is known")
        one = self.add(customer, "dummy@full.example.com", "User")
        path = f"/resource/subscriber/{one}"
        self.let_in(one, "dummy@full.example.com", "passw0rd-4")
        whole = self.bss.get(path)
        whole["Subscriber"]["Person"]["EmailAddress"] = "real@full.example.com"
        self.bss.call("PUT", path, whole, 204)
        must(self.by_email("real@full.example.com")["Id"] == one, "by the real address")
        seat = self.entitle(one, base)
        held = f"/resource/subscriber/{one}/seat/{seat}"
        self.bss.call("POST", held, status=204, operation="revokeSubscriber")
        must(self.bss.get(path)["Subscriber"]["SeatSet"] == [], "it was revoked")

    def storage(self, customer):
        print("5. extra storage is given out, and enlarged by a second order")
        (pool,) = self.order(customer, ("D100PLL", 100))
        one = self.by_email("user0@full.example.com")["Id"]
        seat = self.entitle(one, pool)
        path = f"/resource/subscription/{pool}/seat/{seat}"
        whole = self.bss.get(path)
        whole["Seat"]["EntitlementQuantityAllocated"] = 110
        self.bss.call("POST", path, whole, 400, "changeQuota")
        update = self.bss.get(f"/resource/subscription/{pool}")
        update["Subscription"]["PartQuantity"] = 125
        self.bss.call("PUT", f"/resource/subscription/{pool}", update, 400)
        (more,) = self.order(customer, ("D100PLL", 25))
        must(self.subscription(more)["ParentSubscriptionId"] == pool, "it enlarges the pool")
        must(self.subscription(pool)["EntitlementQuantity"] == 125, "100 and 25")
        self.bss.call("POST", path, whole, 204, "changeQuota")
        must(self.bss.get(path)["Seat"]["EntitlementQuantityAllocated"] == 110, "of the pool")
        must(self.subscription(pool)["EntitlementQuantityAvailable"] == 15, "what is left")

    def moving(self, customer, base):
        print("6. somebody moves to another offer, and another one with the seat")
        (other,) = self.order(customer, ("D0NWLLL", 2))
        first = self.by_email("user0@full.example.com")
        old = only([it for it in first["SeatSet"] if it["SubscriptionId"] == base], "seat")["Id"]
        self.entitle(first["Id"], other)
        held = f"/resource/subscriber/{first['Id']}/seat/{old}"
        self.bss.call("POST", held, status=204, operation="revokeSubscriber")
        second = self.by_email("user1@full.example.com")
        seat = only(second["SeatSet"], "seat")["Id"]
        before = self.subscription(base)["NumberOfAvailableSeats"]
        path = f"/resource/subscription/{base}/seat/{seat}?targetSubscription={other}"
        self.bss.call("POST", path, status=204, operation="transferSeat")
        after = self.subscription(base)["NumberOfAvailableSeats"]
        must(after == before + 1, f"its seat is free: {before}, {after}")
        moved = only(self.by_email("user1@full.example.com")["SeatSet"], "seat")
        must((moved["Id"], moved["SubscriptionId"]) == (seat, other), f"it was moved: {moved}")
        self.bss.call("DELETE", f"/resource/subscription/{other}", status=204)
        path = f"/resource/subscription/{other}"
        until(lambda: self.bss.send("GET", path).status == 404, "its end")
        must(self.by_email("user1@full.example.com")["SeatSet"] == [], "its seats ended with it")

    def listed(self, customer):
        path = query("/resource/subscription", "getSubscriptionByCustomer", customerId=customer)
        parts = sorted(it["PartNumber"] for it in self.bss.get(path)["List"])
        must(parts == ["D08S1LL", "D08SWLL", "D100PLL", "D100PLL"], f"what is left: {parts}")


def main():
    _, address, login, password, samples = sys.argv
    shop = Shop(address, login, password)
    for part, seating in [("D08SWLL", "per_unit"), ("D08S1LL", "per_unit")]:
        shop.sell(part, seating, 12, 24)
    shop.sell("D0NWLLL", "per_unit", 12)
    shop.sell("D100PLL", "pool", 12)
    story = Seats(Bss(address, login, password), samples)
    customer, base = story.full()
    story.silent(customer, base)
    story.storage(customer)
    story.moving(customer, base)
    story.listed(customer)
    print("all is as the documents have it")


main()
