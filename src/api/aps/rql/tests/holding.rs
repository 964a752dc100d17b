//! For which resources a filter holds.

use super::fixture::found;

/// Rows of `filter => the resources for which it holds`.
fn check(rows: &str) {
    for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (filter, expected) = row.split_once("=>").unwrap();
        assert_eq!(found(filter.trim()), expected.trim(), "{filter}");
    }
}

#[test]
fn values_are_compared_by_what_they_are() {
    check(
        "
        eq(id,1) => a1
        id=1 => a1
        id=eq=1000002 => a2
        eq(id,01) =>
        eq(id,1.0) => a1
        eq(id,%31) =>
        eq(id,one) =>
        eq(id,true) =>
        ne(id,1),ne(id,null) => a2 a3 a4
        ne(id,x),ne(id,null) => a1 a2 a3 a4
        gt(id,7) => a2 a4
        ge(id,7) => a2 a3 a4
        lt(id,7) => a1
        le(id,7) => a1 a3
        gt(id,x) =>
        lt(id,null) =>
        ge(id,null) =>
        gt(id,9),lt(id,11) => a4
        gt(id,6.5),le(id,7.0) => a3
        ge(id,-1),le(id,1) => a1
        id=gt=9&id=lt=2000000 => a2 a4
        eq(price,10) => s2
        eq(price,10.0) => s2
        eq(price,9.99) => s1
        eq(price,100) => s3
        gt(price,9.99) => s2 s3
        ge(price,9.99) => s1 s2 s3
        lt(price,10) => s1
        eq(trial,true) => s2
        eq(trial,false) => s1 s3
        trial=true => s2
        ne(trial,true),ne(trial,null) => s1 s3
        eq(trial,TRUE) =>
        eq(trial,1) =>
        gt(trial,false) => s2
        le(trial,false) => s1 s3
        eq(status,ACTIVE) => b2 s1
        eq(status,active) =>
        eq(companyName,acme) => a4
        eq(companyName,ACME) =>
        eq(companyName,ACME%20%26%20Sons%20%28100%25%29) => a3
        eq(companyName,Provider%20Inc.) => a1
        eq(branchId,) => b2
        branchId= => b2
        eq(companyName,*) =>
        eq(name,Demo%20plan%20%2Anew%2A) => s1
        eq(name,Demo%20plan%20*new*) => s1
        ge(companyName,acme),lt(companyName,b) => a3 a4
        lt(companyName,John%20Smith) => a3 a4
        gt(companyName,john) => a1 a2
        eq(included,1.0) => s1
        eq(included,1) =>
        gt(included,2) => s2 s3
        ge(included,1) => s1 s2 s3
        le(included,2.50) => s1 s3
        lt(included,10) => s1 s3
        eq(addressPostal.postalCode,10115) => a1
        eq(addressPostal.postalCode,8001) =>
        eq(addressPostal.postalCode,08001) => a2
        eq(notes,null),eq(status,ACTIVE) => b2 s1
        eq(personal,true) => a2
    ",
    );
}

#[test]
fn times_are_compared_as_moments() {
    check(
        "
        eq(startDate,2019-03-12) => s1
        gt(startDate,2019-03-12) => s2 s3
        ge(startDate,2020-02-29),lt(startDate,2020-03-01) => s3
        lt(startDate,2020-01-01T00:00:00Z) => s1
        eq(startDate,2020-02-29T00:00:00Z) => s3
        eq(startDate,2020-02-29T01:00:00+01:00) => s3
        gt(startDate,2020-02-28T23:59:59Z),lt(startDate,2020-02-29T00:00:01Z) => s3
        eq(expirationDate,null),ne(startDate,null) => s2
        ge(expirationDate,2019-06-12) => s1 s3
        eq(aps.modified,2019-03-12T12:11:09Z) => a1 s1
        eq(aps.modified,2019-03-12T12:11:09.000Z) => a1 s1
        eq(aps.modified,2019-03-12T13:11:09%2B01:00) => a1 s1
        gt(aps.modified,2020-01-01T00:00:00Z),lt(aps.modified,2020-01-01T00:00:01Z) => a4
        gt(aps.modified,2021-01-01) => a2 b2 s2
        lt(aps.modified,2020) => a1 s1
        le(aps.modified,2019-12-31) => a1 s1
    ",
    );
}

#[test]
fn paths_lead_into_structures_and_through_links() {
    check(
        "
        eq(aps.id,78560b5e-a762-4d52-b300-00543113e1d4) => a2
        eq(aps.id,78560B5E-A762-4D52-B300-00543113E1D4) => a2
        eq(aps.id,78560b5ea7624d52b30000543113e1d4) =>
        eq(aps.status,aps:deleted) => a4
        eq(aps.status,aps%3Adeleted) => a4
        ge(aps.revision,4) => a2 b2 s1
        eq(aps.type,http://x/plan/1.1) => p1 p2
        eq(publication.published,true) => p1
        eq(name.en_US,Gold) => p1
        eq(name.de_DE,Gold%2C%20mit%20Extras) => p1
        eq(name.fr_FR,null),implementing(http://x/plan/1.1) => p1 p2
        eq(creditTerm.duePeriod,10) => b2
        ge(creditTerm.holdPeriod,31) =>
        eq(account.aps.id,78560b5e-a762-4d52-b300-00543113e1d4) => s1 s2
        account.aps.id=78560b5e-a762-4d52-b300-00543113e1d4 => s1 s2
        eq(account,78560b5e-a762-4d52-b300-00543113e1d4) => s1 s2
        eq(account,null),ne(subscriptionId,null) =>
        eq(account.companyName,acme) => s3
        eq(account.parent.companyName,Provider%20Inc.) => s1 s2
        eq(account.parent.parent.id,1) => s3
        eq(account.bssAccountInfo.creditTerm.duePeriod,10) => s1 s2
        eq(bssAccountInfo.status,ACTIVE) => a2
        eq(servicePlan.planId,5) => s2 s3
        eq(servicePlan.name.en_US,Silver) => s2 s3
        eq(parent,null),implementing(http://x/account/1.2) => a1
        eq(parentSubscription.aps.id,456808a0-b5a6-4092-ab67-b77e33743a07) => s3
        eq(a.b.c.d,null),eq(id,1) => a1
        eq(id.x,1) =>
        eq(addressPostal,null),implementing(http://x/account/1.2) => a4
        eq(addressPostal.locality,Z%C3%BCrich) => a2
        eq(adminContact.telVoice,1%28888%291234567) => a1
        eq(adminContact.telVoice,+49%2030%201234-567) => a2
        eq(adminContact.email,root@provider.test) => a1
    ",
    );
}

#[test]
fn of_a_collection_one_element_is_enough() {
    check(
        "
        eq(attributes.attributeID,vip) => b2
        eq(attributes.value,yes) => b2
        eq(attributes.attributeID,vip),eq(attributes.value,1111-2222) => b2
        ne(attributes.attributeID,vip),ne(attributes.attributeID,null) => b2
        eq(dependsOn.kind,REQUIRES) => r1
        eq(dependsOn.multiplier,2) => r1
        eq(dependsOn.multiplier,null),eq(dependsOn.kind,REQUIRES) =>
        eq(labels,mail) => r2
        eq(labels,basic) =>
        like(labels,basic) => r2
        eq(resources.name.en_US,Mailbox) => p1 p2
        eq(resources.dependsOn.kind,PROVIDED_BY) => p1
        eq(accounts.companyName,acme) => a3
        eq(accounts.accounts.companyName,acme) => a1
        gt(subscriptions.price,50) => a4
        eq(subscriptions.trial,true) => a2
        eq(subscriptions.servicePlan.planId,5) => a2 a4
        eq(childSubscriptions.status,TERMINATED) => s1
        ne(subscriptions.status,ACTIVE),ne(subscriptions.status,null) => a2 a4
        not(eq(subscriptions.status,ACTIVE)),ne(subscriptions.status,null) => a4
    ",
    );
}

#[test]
fn a_value_is_among_some_or_not() {
    check(
        "
        in(id,(1,7)) => a1 a3
        id=in=(1,7,99) => a1 a3
        in(id,(x)) =>
        in(id,()) =>
        in(branchId,()) => b2
        in(id,(null)),implementing(http://x/account/1.2) =>
        in(status,(ACTIVE,TERMINATED)) => b2 s1 s3
        in(status,(active)) =>
        out(status,(ACTIVE,TERMINATED)),ne(status,null) => s2
        status=out=(ACTIVE),ne(status,null) => s2 s3
        out(id,(1,7)),ne(id,null) => a2 a4
        out(id,(1,7,null)) => a2 a4
        in(attributes.attributeID,(vip,x)) => b2
        in(aps.id,(78560B5E-a762-4d52-b300-00543113e1d4,7cad381f-0daf-4557-a53f-b5ea64566622)) => a2 b2
        in(trial,(true,false)) => s1 s2 s3
        in(account.aps.id,(78560b5e-a762-4d52-b300-00543113e1d4)) => s1 s2
        in(startDate,(2019-03-12,2020-02-29T00:00:00Z)) => s1 s3
    ",
    );
}

#[test]
fn a_pattern_is_for_texts_in_either_case() {
    check(
        "
        like(name,*Demo*) => s1 s2
        like(name,demo*) => s1 s2
        name=like=*demo* => s1 s2
        like(name,demo) =>
        like(name,*on) => s2
        like(name,d*n) => s2
        like(name,d?mo*) => s1 s2
        like(name,?emo?plan*) => s1
        like(name,*%2A*) => s1
        like(name,*%2Anew%2A) => s1
        like(name,*new%2A) => s1
        like(name,stra%C3%9Fe) => s3
        like(name,STRA%C3%9FE) => s3
        like(name,strasse) =>
        like(name,stra?e) => s3
        like(name,stra??e) =>
        like(name,*) => s1 s2 s3
        like(name,**) => s1 s2 s3
        like(name,) =>
        like(branchId,) => b2
        like(branchId,*) => b2
        like(branchId,?) =>
        like(companyName,acme*) => a3 a4
        like(companyName,*%28100%25%29) => a3
        like(companyName,?cme) => a4
        like(addressPostal.locality,berlin) => a1 a3
        like(addressPostal.locality,Z%C3%9C*) => a2
        like(id,1*) => a1 a2 a4
        like(id,??) => a4
        like(trial,t*) =>
        like(companyName,*%2A*) =>
        like(name,*demo*demo*) =>
        like(name,*t*t*) => s2
        like(name,*t*t*t*) =>
        like(name.en_US,*ma*) => r2
        like(account.companyName,*smith) => s1 s2
        like(aps.type,*/plan/*) => p1 p2
        like(startDate,2020-*) => s3
    ",
    );
}

#[test]
fn conditions_are_joined_and_turned_around() {
    check(
        "
        eq(id,1)|eq(id,7) => a1 a3
        eq(id,1);eq(id,7);eq(id,10) => a1 a3 a4
        eq(type,CLIENT)&eq(locked,true) => a4
        eq(type,CLIENT),(eq(id,10)|eq(id,7)) => a4
        (type=CLIENT,locked=false)|(type=RESELLER) => a2 a3
        and(eq(type,CLIENT),eq(locked,true)) => a4
        or(eq(id,1),and(eq(type,CLIENT),not(locked=true))) => a1 a2
        not(eq(id,1)),implementing(http://x/account/1.2) => a2 a3 a4
        not(not(eq(id,1))) => a1
        not(or(id=1,id=7)),ne(id,null) => a2 a4
        not(id=1|id=7),ne(id,null) => a2 a4
        not((id=1,type=ADMIN)),ne(id,null) => a2 a3 a4
        implementing(http://x/sub/1.0) => s1 s2 s3
        implementing(http://x/sub/1.0),(trial=eq=true|price=ge=100) => s2 s3
        implementing(http://x/plan/1.1)|implementing(http://x/res/1.3) => p1 p2 r1 r2
        implementing(http://x/none/1.0) =>
        linkedWith(f654862a-4903-4151-b2b4-ed65c055d120) => a2 a3
        linkedWith(78560b5e-a762-4d52-b300-00543113e1d4) => a1 b2 s1 s2
        linkedWith(78560b5e-a762-4d52-b300-00543113e1d4),implementing(http://x/sub/1.0),like(name,*stra*) => s2
        linkedWith(nobody) =>
        not(linkedWith(78560b5e-a762-4d52-b300-00543113e1d4)),trial=false => s3
    ",
    );
}
