//! The templates that come with the house, for those who have not written their own.

use minijinja::Environment;
use rust_embed::RustEmbed;

use super::MailTemplate;
use crate::domain::text::Locale;
use crate::domain::word::words;

#[derive(RustEmbed)]
#[folder = "assets/mail"]
struct Assets;

words! {
    /// On what occasion a mail is sent.
    MailKind {
        /// Somebody got access and shall choose a password.
        Welcome = "welcome";
        /// Somebody forgot a password.
        PasswordReset = "password_reset";
        /// An order was taken.
        OrderConfirmed = "order_confirmed";
        /// An invoice is ready.
        InvoiceIssued = "invoice_issued";
        /// A payment arrived.
        PaymentReceived = "payment_received";
        /// An invoice is overdue.
        PaymentReminder = "payment_reminder";
        /// A subscription ends soon.
        SubscriptionExpiring = "subscription_expiring";
        /// A subscription has ended.
        SubscriptionExpired = "subscription_expired";
        /// A subscription was suspended.
        SubscriptionHeld = "subscription_held";
        /// Prepaid money runs out.
        LowBalance = "low_balance";
    }
}

impl MailKind {
    /// The template of the house, in English where the language is not known.
    #[must_use]
    pub fn template(self, locale: &Locale) -> MailTemplate {
        let named = |language: &str| format!("{language}/{self}.mail");
        let name = Some(named(locale.language())).filter(|it| Assets::get(it).is_some());
        split(&asset(&name.unwrap_or_else(|| named("en"))))
    }
}

/// Takes a file apart into subject, text and HTML, which stand between lines of three dashes.
fn split(file: &str) -> MailTemplate {
    let mut parts = file.splitn(3, "\n---\n").map(str::to_owned);
    let mut next = || parts.next().expect("a mail has a subject, a text and HTML");
    MailTemplate { subject: next(), text: next() + "\n", html: next() }
}

/// Adds what templates may extend and import from.
pub(super) fn add_own(environment: &mut Environment<'_>) {
    for name in ["layout.html", "parts.html"] {
        let added = environment.add_template_owned(name, asset(name));
        added.expect("what comes with the house is right: a test renders it");
    }
}

fn asset(name: &str) -> String {
    let file = Assets::get(name).expect("it comes with the house: a test asks for each");
    String::from_utf8(file.data.into_owned()).expect("templates are text")
}
