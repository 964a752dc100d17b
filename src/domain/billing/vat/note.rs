//! Notes: what a paper has to say about value added tax, in its language.

use crate::domain::text::Locale;

/// What is said in a language.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain::billing) struct Notes {
    language: &'static str,
    /// What the tax is called.
    pub(in crate::domain::billing) name: &'static str,
    /// That the buyer owes it.
    pub(super) reverse_charge: &'static str,
    /// That it does not hold where the service is supplied.
    pub(super) out_of_scope: &'static str,
    /// That the buyer has a certificate of which the number follows.
    pub(in crate::domain::billing) exempt: &'static str,
}

const ENGLISH: Notes = Notes {
    language: "en",
    name: "VAT",
    reverse_charge: "Reverse charge: the recipient owes the VAT (Article 196 of Directive \
                     2006/112/EC)",
    out_of_scope: "Not subject to VAT: the place of supply is outside of its territory",
    exempt: "Exempt by certificate",
};

/// The words "reverse charge" and their like are those of Article 226 (11a) of the Directive in each
/// language.
const NOTES: [Notes; 4] = [
    ENGLISH,
    Notes {
        language: "de",
        name: "USt",
        reverse_charge: "Steuerschuldnerschaft des Leistungsempfängers (Artikel 196 der Richtlinie \
                         2006/112/EG)",
        out_of_scope: "Nicht steuerbar: Der Leistungsort liegt außerhalb des Steuergebiets",
        exempt: "Steuerfrei laut Bescheinigung",
    },
    Notes {
        language: "fr",
        name: "TVA",
        reverse_charge: "Autoliquidation : TVA due par le preneur (article 196 de la directive \
                         2006/112/CE)",
        out_of_scope: "Non soumis à la TVA : le lieu de la prestation est hors de son territoire",
        exempt: "Exonéré selon l'attestation",
    },
    Notes {
        language: "es",
        name: "IVA",
        reverse_charge: "Inversión del sujeto pasivo (artículo 196 de la Directiva 2006/112/CE)",
        out_of_scope: "No sujeto a IVA: el lugar de la prestación está fuera de su territorio",
        exempt: "Exento según el certificado",
    },
];

/// What is said in the language of a paper; in English where it has none of these.
pub(in crate::domain::billing) fn notes(locale: &Locale) -> &'static Notes {
    NOTES.iter().find(|it| it.language == locale.language()).unwrap_or(&ENGLISH)
}
