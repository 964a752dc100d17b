//! How queries are read, refused and written out again.

use crate::api::aps::rql::error::RqlError;
use crate::api::aps::rql::parser::{DEPTH_MAX, PARTS_MAX, QUERY_BYTES_MAX, parse};

/// Rows of `query => what is understood`, or `query => !byte problem`.
fn check(rows: &str) {
    for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (query, expected) = row.split_once("=>").unwrap();
        let read = match parse(query.trim()) {
            Ok(query) => query.to_string(),
            Err(RqlError { at, problem }) => format!("!{at} {problem}"),
        };
        assert_eq!(read, expected.trim(), "{query}");
        if let Ok(query) = parse(query.trim()) {
            assert_eq!(parse(&query.to_string()), Ok(query), "{row} written and read again");
        }
    }
}

#[test]
fn a_query_is_read_in_all_its_forms() {
    check(
        "
        =>
        eq(id,1) => eq(id,1)
        id=eq=1 => eq(id,1)
        id=1 => eq(id,1)
        id= => eq(id,)
        id=eq= => eq(id,)
        id=eq => eq(id,eq)
        a=ne=1,b=gt=2,c=ge=3 => and(ne(a,1),gt(b,2),ge(c,3))
        a=lt=1&b=le=2 => and(lt(a,1),le(b,2))
        a=in=(1,2) => in(a,(1,2))
        a=out=(x) => out(a,(x))
        in(a,()) => in(a,())
        in(a,(,)) => in(a,(,))
        a=like=*x* => like(a,*x*)
        like(name,*a**b?c) => like(name,*a*b?c)
        like(name,%2Aa%3F%2a*) => like(name,%2Aa%3F%2A*)
        like(name,*Demo%C3%84*) => like(name,*demo%C3%A4*)
        eq(name,a*b?) => eq(name,a%2Ab%3F)
        eq(publication.published,true) => eq(publication.published,true)
        eq(name.en_US,value%20with%20space) => eq(name.en_US,value%20with%20space)
        eq(a,%31) => eq(a,%31)
        eq(a,%6eull) => eq(a,%6Eull)
        eq(a,null),eq(b,false) => and(eq(a,null),eq(b,false))
        eq(a,-1.50),eq(b,007),eq(c,1e5),eq(d,+1) => and(eq(a,-1.50),eq(b,007),eq(c,1e5),eq(d,%2B1))
        eq(a,2019-03-12T12:11:09Z) => eq(a,2019-03-12T12:11:09Z)
        eq(a,%C3%A4) => eq(a,%C3%A4)
        eq(a,ä) => eq(a,%C3%A4)
        eq(a,a+b%2Bc) => eq(a,a%2Bb%2Bc)
        eq(a,it's[!]) => eq(a,it%27s%5B%21%5D)
        a=1|b=2 => or(eq(a,1),eq(b,2))
        a=1;b=2;c=3 => or(eq(a,1),eq(b,2),eq(c,3))
        a=1,(b=2|c=3) => and(eq(a,1),or(eq(b,2),eq(c,3)))
        ((a=1)) => eq(a,1)
        (a=1|b=2),(c=3;d=4)&e=5 => and(or(eq(a,1),eq(b,2)),or(eq(c,3),eq(d,4)),eq(e,5))
        and(a=1,b=2) => and(eq(a,1),eq(b,2))
        and(a=1) => eq(a,1)
        or(and(a=1,b=2),not(c=3)) => or(and(eq(a,1),eq(b,2)),not(eq(c,3)))
        not(a=1|b=2) => not(or(eq(a,1),eq(b,2)))
        not((a=1,b=2)) => not(and(eq(a,1),eq(b,2)))
        or(a=1&b=2) => and(eq(a,1),eq(b,2))
        implementing(http://parallels.com/aps/types/pa/account/1.2) => implementing(http://parallels.com/aps/types/pa/account/1.2)
        implementing(http%3A%2F%2Faps-standard.org%2Ftypes%2Fcore%2Fresource%2F1.0) => implementing(http://aps-standard.org/types/core/resource/1.0)
        implementing(T),(prop1=eq=1|prop2=ge=2) => and(implementing(T),or(eq(prop1,1),ge(prop2,2)))
        composing(T),linkedWith(78560b5e-a762-4d52-b300-00543113e1d4) => and(composing(T),linkedWith(78560b5e-a762-4d52-b300-00543113e1d4))
        select(aps.id,name) => select(aps.id,name)
        eq(planId,4),select(name.en_US,resources.name.en_US,resources.dependsOn) => eq(planId,4),select(name.en_US,resources.name.en_US,resources.dependsOn)
        sort(+a,-b.c,d,%2Be) => sort(+a,-b.c,+d,+e)
        limit(0,10) => limit(0,10)
        limit(20) => limit(20,1000)
        limit(0,0) => limit(0,0)
        a=1&sort(-a)&limit(5,5)&b=2&select(a) => and(eq(a,1),eq(b,2)),select(a),sort(-a),limit(5,5)
        count() => count()
        a=1,min(p.q) => eq(a,1),min(p.q)
        max(p),explain() => max(p),explain()
        values(p) => values(p)
        limit%280%2C10%29 => limit(0,10)
        limit%280,10%29 => limit(0,10)
        id%3Deq%3d1%26name%3Da%2520b => and(eq(id,1),eq(name,a%20b))
        and=1,or=2,select=3 => and(eq(and,1),eq(or,2),eq(select,3))
    ",
    );
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    check(
        "
        foo%20 => !6 `(` or `=` is expected, not the end
        foo%28%2 => !0 `foo%28%2` is not percent-encoded UTF-8
        foo => !3 `(` or `=` is expected, not the end
        , => !0 a condition is expected, not `,`
        a=1, => !4 a condition is expected, not the end
        a=1,,b=2 => !4 a condition is expected, not `,`
        a=1) => !3 `,`, `&`, `|`, `;` or the end is expected, not `)`
        (a=1 => !4 `)` is expected, not the end
        () => !1 a condition is expected, not `)`
        a=1,b=2|c=3 => !7 `|` after `,`: put what belongs together in parentheses
        a=1;b=2&c=3 => !7 `&` after `;`: put what belongs together in parentheses
        (a=1|b=2,c=3) => !8 `,` after `|`: put what belongs together in parentheses
        or(a=1,b=2|c=3) => !10 `|` after `,`: put what belongs together in parentheses
        or(a=1&b=2,c=3) => !10 `,` after `&`: put what belongs together in parentheses
        frob(a,1) => !0 there is no function `frob`
        a=1,EQ(a,1) => !4 there is no function `EQ`
        a=frob=1 => !2 there is no operator `=frob=`
        a=b=c=d => !2 there is no operator `=b=`
        a==1 => !2 there is no operator `==`
        a=select=b => !2 there is no operator `=select=`
        a=(1,2) => !2 one value is expected, not `(`
        eq(a) => !0 `eq` is called as `eq(property,value)`
        eq(a,1,2) => !0 `eq` is called as `eq(property,value)`
        eq(a,(1,2)) => !3 `eq` is called as `eq(property,value)`
        a=gt=(1) => !0 `gt` is called as `gt(property,value)`
        in(a,1) => !3 `in` is called as `in(property,(value,value))`
        in(a,1,2) => !0 `in` is called as `in(property,(value,value))`
        in(a,((1))) => !6 `,` or `)` is expected, not `(`
        like(a) => !0 `like` is called as `like(property,pattern)`
        not() => !0 `not` is called as `not(condition)`
        not(a=1,b=2) => !0 `not` is called as `not(condition)`
        and() => !0 `and` is called as `and(condition,condition)`
        and(a) => !5 `(` or `=` is expected, not `)`
        implementing() => !0 `implementing` is called as `implementing(type)`
        linkedWith(a,b) => !0 `linkedWith` is called as `linkedWith(id)`
        select() => !0 `select` is called as `select(property,link.property)`
        sort() => !0 `sort` is called as `sort(+property,-property)`
        count(a) => !0 `count` is called as `count()`
        min() => !0 `min` is called as `min(property)`
        explain(1) => !0 `explain` is called as `explain()`
        limit() => !0 `limit` is called as `limit(start,number)`
        limit(a) => !6 `a` is not a whole number from 0 to 100000000
        limit(0,) => !8 `` is not a whole number from 0 to 10000
        limit(0,10001) => !8 `10001` is not a whole number from 0 to 10000
        limit(-1,1) => !6 `-1` is not a whole number from 0 to 100000000
        limit(0,1),a=1,limit(0,1) => !15 `limit` is given twice
        count(),min(a) => !8 `min` is given twice
        a=1|select(b) => !4 `select` is no condition: it stands beside the filter, joined by `,` or `&`
        (a=1,limit(0,1)) => !5 `limit` is no condition: it stands beside the filter, joined by `,` or `&`
        not(count()) => !4 `count` is no condition: it stands beside the filter, joined by `,` or `&`
        eq(a b,1) => !3 `a b` is not the name of a property
        eq(1a,1) => !3 `1a` is not the name of a property
        eq(a..b,1) => !3 `a..b` is not the name of a property
        eq(,1) => !3 `` is not the name of a property
        name!=1 => !0 `name!` is not the name of a property
        sort(--a) => !6 `-a` is not the name of a property
        select(a,*) => !9 `*` is not the name of a property
        eq(a,%) => !5 `%` is not percent-encoded UTF-8
        eq(a,%4) => !5 `%4` is not percent-encoded UTF-8
        eq(a,%+1) => !5 `%+1` is not percent-encoded UTF-8
        eq(a,%FF) => !5 `%FF` is not percent-encoded UTF-8
        like(a,x*%zz) => !9 `%zz` is not percent-encoded UTF-8
        eq(a,b=c) => !6 `,` or `)` is expected, not `=` (as a part of a value it is written `%3D`)
        eq(a,b|c) => !6 `,` or `)` is expected, not `|`
        eq(a,f(1)) => !6 `,` or `)` is expected, not `(`
    ",
    );
}

#[test]
fn what_is_too_much_is_refused_before_it_costs_anything() {
    let refused = |query: &str| parse(query).map_err(|it| it.to_string()).unwrap_err();
    let deep = |depth| format!("{}a=1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&deep(DEPTH_MAX)).is_ok());
    assert_eq!(
        refused(&deep(10_000)),
        format!("parentheses are nested deeper than {DEPTH_MAX} (byte {DEPTH_MAX} of the query)")
    );
    let nots = format!("{}a=1{}", "not(".repeat(5_000), ")".repeat(5_000));
    assert!(refused(&nots).starts_with("parentheses are nested deeper"));
    let long = format!("eq(name,{})", "x".repeat(1 << 20));
    assert_eq!(
        refused(&long),
        format!(
            "the query is longer than {QUERY_BYTES_MAX} bytes (byte {QUERY_BYTES_MAX} of the query)"
        )
    );
    let many = vec!["a=1"; PARTS_MAX + 1].join(",");
    let at = "a=1,".len() * PARTS_MAX;
    assert_eq!(
        refused(&many),
        format!(
            "the query has more than {PARTS_MAX} conditions and values (byte {at} of the query)"
        )
    );
    let values = format!("in(a,({}))", vec!["1"; PARTS_MAX + 1].join(","));
    assert!(refused(&values).starts_with("the query has more than"));
    assert!(refused(&format!("eq({}a,1)", "a.".repeat(30))).contains("is not the name"));
}
