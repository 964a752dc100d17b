//! TM Forum Open APIs, version 4: each API below its published path, most at
//! `/tmf-api/{api}/v4/{resource}`.
//!
//! Contract: the TM Forum's Open API definitions of version 4, its design guidelines (TMF630), and
//! what its conformance kits look for.
//!
//! # How it is cut
//!
//! | file | what lies there |
//! |---|---|
//! | [`http`], [`door`] | reading a request, who calls; what can be done where, and what it comes to |
//! | [`doors`] | each door and what it needs, for the tests that try them all |
//! | [`table`], [`resource`] | the APIs and what each has, as data; what can be said of a resource |
//! | [`behind`], [`registered`] | where things come from; documents without behavior |
//! | [`entity`], [`carried`], and a file for each | resources that are entities of ours; what was said beside what we know |
//! | [`query`], [`filter`], [`path`], [`list`] | `fields`, `sort`, `offset`, `limit` and filters |
//! | [`form`], [`patch`] | what bodies must be; merge patches and patches by steps |
//! | [`catalog_file`], [`catalog_export`], [`catalog_import`] | files of catalogues: what is asked for, written out, read in |
//! | [`beside`], [`task`] | entities and what could not become one as one list; what is done at once |
//! | [`index`], [`openapi`] | which APIs are served: what `GET /tmf-api` answers; a description of each |
//! | [`hub`], [`event`], [`topic`], [`published`] | who listens, what they are sent, what was told so far, and what others tell |
//! | [`href`] | where what is referred to is |
//! | [`wire`], [`error`], [`tongue`] | answers and their headers; refusals, and the words in them |
//!
//! A thing is a JSON tree here. What may be said of it is data of its [`Resource`](resource::Resource);
//! what it means is in what lies [`behind`] it.
//!
//! # What is served
//!
//! | TMF | below | resources |
//! |---|---|---|
//! | 620 | `/tmf-api/productCatalogManagement/v4` | `catalog`, `category`, `productOffering`, `productOfferingPrice`, `productSpecification`, `importJob`, `exportJob` |
//! | 622 | `/tmf-api/productOrderingManagement/v4` | `productOrder`, `cancelProductOrder` |
//! | 629 | `/tmf-api/customerManagement/v4` | `customer` |
//! | 632 | `/tmf-api/party/v4` | `individual`, `organization` |
//! | 633 | `/tmf-api/serviceCatalogManagement/v4` | `serviceCatalog`, `serviceCategory`, `serviceCandidate`, `serviceSpecification`, `importJob`, `exportJob` |
//! | 634 | `/tmf-api/resourceCatalog/v4` | `resourceCatalog`, `resourceCategory`, `resourceCandidate`, `resourceSpecification`, `importJob`, `exportJob` |
//! | 635 | `/tmf-api/usageManagement/v4` | `usage`, `usageSpecification` |
//! | 637 | `/tmf-api/productInventory/v4` | `product` |
//! | 648 | `/tmf-api/quoteManagement/v4` | `quote` |
//! | 651 | `/tmf-api/agreementManagement/v4` | `agreement`, `agreementSpecification` |
//! | 654 | `/tmf-api/prepayBalanceManagement/v4` | `bucket`, `topupBalance`, `adjustBalance`, `transferBalance`, `reserveBalance`, `accumulatedBalance`, `balanceActionHistory` |
//! | 663 | `/tmf-api/shoppingCart/v4` | `shoppingCart` |
//! | 666 | `/tmf-api/accountManagement/v4` | `partyAccount`, `billingAccount`, `settlementAccount`, `financialAccount`, `billFormat`, `billPresentationMedia`, `billingCycleSpecification` |
//! | 667 | `/tmf-api/document/v4` | `document`, `documentSpecification` |
//! | 668 | `/tmf-api/partnershipManagement/v4` | `partnership`, `partnershipSpecification` |
//! | 669 | `/tmf-api/partyRoleManagement/v4` | `partyRole` |
//! | 670 | `/tmf-api/paymentMethod/v4` | `paymentMethod` |
//! | 671 | `/tmf-api/promotionManagement/v4` | `promotion` |
//! | 672 | `/rolesAndPermissions/v4` | `userRole`, `permission` |
//! | 676 | `/payment/v4` | `payment`, `refund` |
//! | 677 | `/tmf-api/usageConsumption/v4` | `queryUsageConsumption` |
//! | 678 | `/tmf-api/customerBillManagement/v4` | `customerBillOnDemand`, `customerBill`, `appliedCustomerBillingRate` |
//! | 679 | `/tmf-api/productOfferingQualification/v4` | `productOfferingQualification` |
//! | 688 | `/tmf-api/event/v4` | `topic` |
//! | 720 | `/tmf-api/digitalIdentityManagement/v4` | `digitalIdentity` |
//! | 736 | `/tmf-api/revenueSharingAlgorithmManagement/v5` | `partyRevSharingAlgorithm` |
//! | 737 | `/tmf-api/revenueSharingReportManagement/v5` | `partyRevSharingReport` |
//! | 738 | `/tmf-api/revenueSharingModelManagement/v5` | `partyRevSharingModel` |
//!
//! # How to add a resource
//!
//! One without behavior: a sort in [`domain::document`](crate::domain::document) and an entry in
//! [`table`]. Making, reading, changing and removing, filters, rights and events follow. One with
//! behavior: the same entry, with an [`Entity`](entity::Entity) of its own that calls use cases. For
//! everything that writes, a deed in `tests/it/tmf/deeds.rs`, without which the tests fail.
//!
//! # What we chose
//!
//! Where the definitions leave it open, or the kits look for one thing of several:
//!
//! - A list without `limit` has up to 1,000 things; it is 206 where there are more than it has. Behind
//!   the end there is an empty list, 200.
//! - Links lead to the neighbors of a part and to its ends, with whatever filters it. `next` has a cursor,
//!   by which nothing is walked anew that comes before: how many there are in all is what was counted
//!   when the walk began. What is sorted, or found along an index, has none.
//! - `id` and `href` are the house's: what a body that makes something says of them is passed over, as
//!   of whatever else is the house's to say. A `PATCH` that touches what stays as it is, is 400.
//! - Attributes that nobody knows are kept and shown, and can be filtered by. So are those of the definitions of
//!   which nothing comes here, among them: what a client says that an order costs, and its
//!   `appointment`, `payment` and `quote`; of accounts `billStructure` but for its cycle, `defaultPaymentMethod`,
//!   `paymentPlan` and who is related to them; of offerings `place`, `marketSegment`, `agreement` and
//!   `productOfferingRelationship`; of prices `place`; of a qualification all but its items; of a
//!   question for use all but whose and of which products. A filter by an attribute that nothing has leads to an empty list.
//! - A value of a filter is taken with or without quotes. One with a comma in it is looked for as a
//!   whole too. A year, a month or a day finds the moments in it.
//! - References lead wherever they like; with the setting `strict_references` what makes or changes
//!   something and names what is not here is 400.
//! - A state is read in any case and shown in the word in which it was said. Of what is catalogued `In progress` says
//!   that it is `In design`. Catalogue elements and documents follow our life cycles, and a step that those do not
//!   have is 409; a word that is no state is 400, with those that are. What is made with a word in which nothing
//!   can begin here begins like all, and the answer says in which state that is.
//! - Of a digital identity nothing is kept that proves it: no password, no token.
//! - `PATCH` is a JSON Merge Patch, whether it says so or is plain JSON, or a JSON Patch. One of a list adds
//!   things to it, all or none.
//! - JSONPath (`filter=`), `depth` and `expand` are not there. Nor are the APIs and resources that are not
//!   in [`table`]: an API that nothing comes of is none.
//! - What we know of an entity is shown as it is now; what was said of it in other words, or beyond, is
//!   shown as it was said until we know something else. A `PATCH` that asks for what does not come to
//!   be is 400, and nothing of it is done.
//! - An order item is had for the `itemTerm` that it names, is billed where its own `billingAccount` leads, and
//!   `reliesOn` another item where its offering adds to that of the other. Items within items are refused.
//! - What a customer may owe (`creditLimit`) and is free of (`taxExemption`) is said by who sells to it, of any of
//!   its accounts, and is of all of them: a limit in the currency of the account, and where there is none that of the
//!   class; an exemption from the taxes of a country (`issuingJurisdiction`), or of one `taxCategory` of ours. What
//!   it owes and has is its `accountBalance`, for who may read that.
//! - An account is billed by its `cycleSpecification`: `frequency` (or `billingPeriod`), `billingDateShift`, and
//!   `anchorDay` of ours, the day of the month on which it turns; said by itself, or by a `billingCycleSpecification`
//!   that is here, as it is then. Once something was billed it holds from the next cycle on, which its `validFor` says,
//!   and the account is `PendingUpdate` until then. Offsets of charges, credits, mailing and due dates are refused.
//! - Who is referred to and is not here gets an account for a customer; for another account too, if the
//!   reference says a `name`. An order
//!   or a quote for what is not there or cannot be had is kept, `rejected`, with the reason as its last note; a
//!   payment for an account that is not here is kept, `denied`; a price by itself waits for an
//!   offering that takes it, and is from then on the price of that.
//! - Of parties names, days, ways to reach them, papers, who has to do with them, plain characteristics and
//!   the state are ours; of what cannot be read as ours nothing but what was said is kept. Where post
//!   reaches a customer, its party or the role that the party plays is where it is billed; countries are
//!   read by code or by name.
//! - `DELETE` of a customer that still has something is 409: what it has ends first.
//! - A refusal names attributes as a client says them (`productOrderItem[0].productOffering.id`).
//! - What cannot be become from where a thing is, is 409; a word that is no state, 400.
//! - A query of a hub that no event could fit is 400.
//! - Usage that names a product and a meter of ours is counted, and stays; its id says where it is. A
//!   characteristic `value` says how much, `correlationNumber` which occurrence it is: sent again, it counts
//!   once. Other usage is kept, `rejected`: who has corrected it says `recycled`, and it is offered again.
//! - A question for use (`queryUsageConsumption`) names products, or whose they are (`partyAccount`,
//!   `relatedParty`), in its `searchCriteria` or beside it; who names nothing asks for its own. The answer has a
//!   bucket for each price that use is charged at: what was used so far in the period that runs (`validFor`),
//!   what is included and left (`remainingValue`), what goes beyond, and as `ratedAmount` (or
//!   `ratedAmountTaxIncluded`, where the price is) what that comes to if nothing more is used.
//! - A bucket of TMF654 is what is left on a billing account, a top-up a payment: one that names a card or wallet
//!   on file is charged to that, and is `created` until its gateway has said what became of it; of one with an
//!   `authorizationCode`, a `voucher` or none of that the money has come in. An adjustment gives the customer
//!   credit or takes it, a transfer moves it to another account of the seller, a reservation sets it aside:
//!   each is in the books, and pays what is open where it comes to. What cannot be done, because there is
//!   less than that, is kept, `failed`, with the reason. A reservation is let go by `status` `cancelled`, by
//!   `DELETE`, or by itself at the end of its `validFor`; what came by card or mandate is neither moved nor
//!   set aside. A balance does not lapse: with a `validFor` nothing else is done, nor a top-up that would
//!   come by itself.
//! - An adjustment that is `recurring` says its `recurringPeriod` and `numberOfPeriods` like a top-up: it is made
//!   at once and at the beginning of each period, as an adjustment of its own (`adjustBalance` leads to
//!   what recurs), until it was made so often or what recurs is `cancelled` or removed. `periodsDone` and
//!   `nextPeriodDate` say how far it is. One that is refused is kept as such, and the next is tried.
//!   Who tops up or reserves need not say of which sort a bucket is and whose: that follows from it.
//! - Each API is a topic by its number; below it lie the events that its hub told, the last ones first
//!   (`topic/622/event`), and that hub (`topic/622/hub`). Nobody but the house tells events of those. In a
//!   topic that a client wrote down clients publish, as its queries let them, and who listens to it
//!   (`topic/{id}/hub`) is told as of ours; its events are listed as long as the audit goes back. Who
//!   listens is listed below topics alone, for who may see it.
//! - The roles of the house are roles by their names; a permission of a user of ours is what roles it has.
//! - A model of which each item names a partner and an algorithm with a `percentage` (or a value such as `5%`)
//!   or an `amount` shares what is paid, and what it names nobody for is the seller's. One of which only some
//!   leads here is refused, one of which nothing does is kept as it was said. Reports are settlement notes.
//! - An offering is first written and priced and then launched. `Launched` is on sale: if something keeps
//!   it from the market, it is refused with what that is.
//! - An offering that is a bundle (`isBundle`) is made of the offerings that it names, so many of each as their
//!   options say, if all of them are here; else it is kept, and not launched. Specifications are made of others
//!   likewise, and what they depend on or exclude holds of every order.
//! - What the buyers of an offering must accept is an `agreement` of it, whose id is that of the offering with the
//!   version (`{id}:{version}`). An order, or the product of an item, that names it accepts it, and its
//!   `acceptedTerms` say who did and when; without it the order is `rejected`, as the note says.
//! - From an offering one may switch to those to which its `productOfferingRelationship` is an `upgrade`, a
//!   `downgrade` or a `migration`.
//! - A `productOfferingPrice` that several offerings take is one price of all; nobody buys at it outside of its
//!   `validFor`, and who did goes on at it. Its `price` is what an order costs now. What is said to take the place of
//!   that, once it is on the market, does so today, or tomorrow if another figure began today: each stands with the
//!   day on which it begins in `pricingLogicAlgorithm`, and one that is to come is taken back by saying those without it.
//! - A price for use (`priceType` `usage`) names what is counted as its `usageSpecification`, or in
//!   `unitOfMeasure` the unit in which one thing alone is counted here. What is not so much for each unit is
//!   said by `pricingLogicAlgorithm`s of the `@type` `PriceModel`, one for each version: tiers, packages,
//!   percentages, what is `included`; their `@schemaLocation` leads to what describes them. Other
//!   algorithms are kept and mean nothing. Of ours are also `chargeOccasion` (`setup`, `renewal`, `deposit`),
//!   `chargeTiming` (`inArrears`), `isTaxIncluded`, `pricePlan`, `resource`, `priceAlteration` and
//!   `localizedName`; the one `productOfferingTerm` of a price is a term of its offering, and a `taxCategory`
//!   is the code of one of ours. A price without `priceType`, or with a rate of tax, is taken by no offering.
//! - What is had in amounts is `countedResource` of a product specification and `resourceRate` of an offering, by
//!   the `id` or the `name` of a resource of ours; what a specification describes with its `unit` and is not
//!   here is made.
//! - Of a usage specification `aggregation`, `carryOver`, `uniqueBy`, `dimension`, `code`, `resource`,
//!   `localizedName` and `localizedUnit` say how it is counted, where it is not plainly summed up.
//! - Who buys sees the prices of the offerings that it sees, may ask whether those can be had (TMF679) and, if it
//!   may read that, what was used of its own (TMF677); the answers are its own.
//! - A list is sorted by what something in it has, or the definitions know; another `sort` is refused by its name.
//! - Items of quotes and lines of carts say what they come to on the first bill, as far as they could be ordered
//!   by who asks. What is used later is in none of it: a price of the `priceType` `usage` stands beside it, with what one
//!   `unitOfMeasure` costs on top.
//! - Who orders or asks is the customer that the billing account and the related parties name, else who
//!   calls; what they name must be here for the caller, and of one customer.
//! - A quote that is `accepted` is ordered, and names that `productOrder`. An order that names a quote
//!   (`quote`, or `quoteItem` of its items) takes it: what was quoted, once, billed where the quote says.
//! - A `productSpecCharacteristic` with a name, and values that are plain or ranges, is ours: an order is held
//!   to it, what nobody chooses is taken by default, and the product shows what holds. One that is not
//!   `configurable` may be said only as it is; `derivationFormula`, as FIWARE has it, says how a number
//!   follows from others. An offering narrows them by `prodSpecCharValueUse`, not how many values there are. What
//!   A price with one is meant for those choices alone, which is charged so. What
//!   else is said of them (`regex`, `extensible`, relationships, values that are objects) is kept.
//! - `DELETE` calls off, closes or withdraws what stays in the books, and it is not shown here any more.
//!   Bills and payments have none.
//! - Products come from orders. One that who sells makes here is had at once, is `active` as soon as it is brought about,
//!   and is charged what its offering costs, for setting it up too; what says otherwise (`startDate`, `productPrice`,
//!   `terminationDate`) is refused. A change of `status` stops them, lets them go on, or calls them off. What
//!   one costs are the prices that its buyer took, at what they are today; tiers have no figure.
//! - A payment settles the bills of ours that its `paymentItem` names, with how much of it; else what is due
//!   first. It came in elsewhere: one by card, wallet or debit says its `authorizationCode`, else it is 400, and
//!   by a method that is not active 409. Its `correlatorId` is once of one account: sent again, it is the payment
//!   that was recorded, and with something else 409.
//! - A refund of what has paid a bill says what stands there then: `creditNote`, that it is credited, or `reopens`, that
//!   it is owed again. One that says neither gives back what there is credit for; more is 409.
//! - Of bills all is told, at what they are then. Of usage what is kept `rejected`, and that some was counted which
//!   came by this contract, while anybody listens to that; what comes in bulk is too much to be told of one by one,
//!   and that it is billed is told of its bill.
//! - A bill that is issued is `validated`, or `sent` if a client says so. One that is put `onHold` is
//!   disputed as a whole until it is in another state again. An applied rate is a line of a bill; its id is
//!   that of the bill and its place. A credit note is a bill of the `category` `creditNote`, whose amounts are
//!   less than nothing; its `relatedBill` is what it gives back of. What was billed beside the runs is
//!   `offCycle`, and of use before its period was over `interim`.
//! - An `exportJob` writes its file here: its `url`, which is the house's to say, is where that can be
//!   fetched for a day, by who may write for the seller. `path` names everything, a resource, or a thing,
//!   which is written with what it refers to and what is in it; `query` scopes by attributes and `fields`.
//!   It takes room of the files of its seller, until the day is over or the job is removed.
//! - An `importJob` reads in what is at its `url`: a `data:` address, the `url` of an export, the content of
//!   an asset, or what `https://` leads to where calls may go. What is there already is changed, else
//!   it is made under an id of the house; all of a file or nothing, and `errorLog` says of each thing why.
//!   What something is made of is read in before it, wherever it stands in the file, and what refers to things
//!   that come later is led to them in the end. A file of products has the usage specifications of its prices.
//!   A file has at most 8 MiB, a thousand things and 300,000 values, which are counted before any is read;
//!   a body has no more values either.
//! - A seller has at most fifty files written out and read in within a day, of all catalogues together: one
//!   more is 429. What came of one is told for thirty days.
//! - Customers read specifications, categories, catalogs, what is counted and promotions as far as the shelf before
//!   them shows those; where digital goods lie is for who sells them.
//! - A promotion is an announcement: what lowers a price is a discount of ours, and its `pattern` is kept
//!   as it was said.
//! - Tasks are done when they are answered. A bill on demand bills what is due, or was refused before; it is
//!   `rejected` where nothing is: what falls due later is on the bill of that day.
//! - Of the number of a card or a bank account the last four digits are kept, wherever it stands in a
//!   payment or a payment method; the number of a bank account that is none is refused by where it stands. A method that needs details, or of nobody here, is `inactive`.
//! - A change of the state is told as such and not as a change of attributes beside it; where an API has
//!   no event for it, it is a change. `timeOcurred` is written as version 4 has it.
//! - What is kept as it was said is told of like what is ours; a price that an offering takes lives on.
//! - The events of accounts have their thing as `payload`, as that definition has it, and as `event`.
//! - What is removed is told as it was last. A refusal has the first thing that is wrong as its
//!   `reason`, the others in `message`.
//! - A party of another role than the customer's, such as `user`, is not who orders or asks. Of products those that a
//!   customer has are found by its id, those that somebody else uses by the id of that.
//! - A qualification (TMF679) tries each item as an order of it and takes that back: what the order would be
//!   refused for is the `eligibilityUnavailabilityReason`. Where nobody who buys is named or calls, it says what
//!   holds for everybody.
//! - An order that only ends products begins at its `requestedCompletionDate`. One that ends some then and does something
//!   else now is rejected, as is a `product.terminationDate` of an item that lies ahead and is not that.
//! - What a seller writes down of a customer of its own is for that customer to see, if it is named in
//!   `relatedParty` or `engagedParty`: agreements, documents, qualifications, tasks, and orders and quotes that were refused.
//! - The number under which a tax office knows an account is a paper of its party, of the type `VAT`, for who sees
//!   the account.
//! - A price that is said within an offering, and not named there, is made by itself and named.
//! - What says no `@type` is found by that of its resource. What the house refers to has an `href`; what a client
//!   said is shown as it said it.
//! - Of an offering `pricePlan` (the ways to pay for it), `addsTo` and `serviceTerms`, and of what is catalogued
//!   `localizedName` and `localizedDescription` are attributes of ours, so that it is the same elsewhere.
//! - JSON Patches with queries (`application/json-patch-query+json`) are 415.
//! - The answer with one thing of ours has its revision as `ETag`, which `If-Match` knows again (412).
//! - Everybody signs in by a token (`Authorization: Bearer`), a session, or login and password.
//! - Every `POST` honours `Idempotency-Key`; `PATCH` and `DELETE` honour `If-Match`.

mod account_terms;
mod announced;
mod applied_rate;
mod attribute;
mod balance_action;
mod balance_later;
mod behind;
mod beside;
mod bill_credit;
mod bill_cycle;
mod billing_account;
mod bundle;
mod by_use;
mod carried;
mod cart;
mod catalog_export;
mod catalog_file;
mod catalog_import;
mod catalogue;
mod category;
mod characteristic;
mod counted;
mod credit;
mod customer;
mod customer_bill;
mod delivery_place;
mod door;
pub mod doors;
mod entity;
mod error;
mod event;
mod filter;
mod form;
mod href;
mod http;
mod hub;
mod index;
mod language;
mod list;
mod money;
mod offer_beside;
mod offer_price;
mod offer_term;
mod openapi;
mod order_handling;
mod order_item;
mod ordered;
mod party;
mod party_details;
mod party_form;
mod party_role;
mod patch;
mod path;
mod payment;
mod payment_method;
mod prepay;
mod price_alteration;
mod price_condition;
mod price_in_offers;
mod price_inline;
mod price_model;
mod price_rhythm;
mod price_said;
mod price_terms;
mod product;
mod product_order;
mod product_price;
mod published;
mod qualification;
mod query;
mod quote;
mod quoted;
mod reference;
mod refund;
mod registered;
mod resource;
mod revenue_sharing;
mod shelf;
mod table;
mod task;
mod terms_of_use;
mod tongue;
mod topic;
mod topup;
mod usage;
mod usage_consumption;
mod usage_specification;
mod user_role;
mod wire;

use std::sync::Arc;

use axum::Router;

pub(crate) use self::event::Hub;
use crate::services::Bss;

/// The router of everything below the bases of the APIs, and of the documents that describe them.
pub fn router() -> Router<Arc<Bss>> {
    http::router().merge(openapi::router())
}
