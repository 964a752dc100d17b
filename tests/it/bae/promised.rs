//! What the system that this contract comes from was weak at, what one that takes its place has to do, and
//! what it can do better: each with the tests that prove it here.

use crate::ledger;

/// A thing, and the tests that prove it.
type Row = (&'static str, &'static [&'static str]);

/// Where it was weak.
const WEAKNESSES: &[Row] = &[
    (
        "activation, accounting, payouts and refunds without a login",
        &["it::bae::weaknesses::nobody_who_is_not_known_activates_accounts_pays_out_or_cancels"],
    ),
    (
        "identity headers of clients that are believed",
        &["it::bae::weaknesses::who_one_is_and_may_do_is_in_no_header_of_the_request"],
    ),
    (
        "keys issued and committed by anybody",
        &[
            "it::bae::weaknesses::every_call_that_writes_wants_somebody_who_is_known",
            "it::bae::consuming::usage_is_taken_number_by_number_with_a_key_that_was_committed",
            "it::bae::rating::a_key_reports_and_reads_nothing",
        ],
    ),
    (
        "tokens handed to whoever knows the ids",
        &["it::bae::neighbors::tokens_of_applications_are_given_to_their_user_alone"],
    ),
    (
        "ratings without a purchase, and for others",
        &["it::bae::neighbors::only_who_bought_rates_and_only_for_itself"],
    ),
    (
        "promises and promotions of others",
        &[
            "it::bae::neighbors::a_promise_reads_as_it_was_saved_and_only_its_seller_saves_it",
            "it::bae::neighbors::a_seller_announces_its_own_offerings_and_buyers_read_it",
        ],
    ),
    (
        "public parties",
        &[
            "it::bae::parties::parties_are_not_public_and_nobody_changes_anothers",
            "it::bae::links::what_no_shelf_shows_is_not_there",
        ],
    ),
    (
        "a slash that leads past the filter",
        &["it::bae::weaknesses::a_slash_at_the_end_opens_nothing_more"],
    ),
    (
        "prices and products that anybody changes",
        &["it::bae::rights::every_door_lets_in_whom_the_rights_name_and_nobody_else"],
    ),
    (
        "records of the sales of others",
        &["it::bae::weaknesses::a_seller_sees_the_records_of_its_own_sales_alone"],
    ),
    ("settings with keys", &["it::bae::weaknesses::no_settings_are_given_out"]),
    (
        "pages of others that ask with a visitor's rights",
        &["it::bae::weaknesses::no_page_of_somebody_else_is_told_anything"],
    ),
    (
        "a paid offering without a price is free",
        &["it::bae::buying::an_order_is_refused_by_the_first_rule_that_it_breaks"],
    ),
    (
        "what is not launched, or retired, is ordered",
        &["it::bae::buying::only_what_is_launched_and_not_ones_own_is_bought"],
    ),
    (
        "products of others are changed and ended, the same offering twice clashes",
        &["it::bae::buying::the_same_offering_twice_is_two_products_and_nobody_ends_anothers"],
    ),
    (
        "currencies are added up",
        &["it::scenario::billing::two_currencies_are_billed_and_booked_each_by_itself"],
    ),
    (
        "a refund that does not mirror its charge",
        &["it::bae::revenue::what_goes_back_is_a_record_that_mirrors_the_charge"],
    ),
    (
        "net below nothing, wrong tax rates, figures that differ from the bill",
        &[
            "it::bae::prices::what_a_plan_says_with_tax_is_what_the_first_bill_comes_to",
            "it::bae::customers::charges_are_shown_for_a_product_with_tax_period_and_kind",
        ],
    ),
    (
        "months of thirty days",
        &["it::scenario::billing::the_31st_is_billed_on_the_last_day_of_short_months"],
    ),
    (
        "shares that are not cents",
        &["it::bae::revenue::a_charge_is_shared_to_the_cent_settled_reported_and_paid_out"],
    ),
    (
        "writes over three databases, swallowed failures",
        &[
            "it::plug_pull::everything_fiwares_contract_writes_survives_the_plug_pulled_at_each_sync",
        ],
    ),
    (
        "payment timers that a restart loses",
        &["it::v1::paid_first::a_restart_loses_neither_the_order_nor_its_time"],
    ),
    (
        "counting loads the whole list",
        &["it::bae::rating::usage_is_listed_along_whose_it_is_and_counted_without_being_read"],
    ),
    (
        "the daily job mails again every day",
        &["it::scenario::notices::that_a_term_ends_is_told_two_weeks_before_and_once"],
    ),
    (
        "plugins want a shell and a restart",
        &["it::v1::assets::a_vendor_lays_down_what_is_said_of_each_sort_at_run_time"],
    ),
    (
        "who is suspended still downloads",
        &["it::bae::assets::a_digital_product_gives_its_buyer_what_it_names_and_nobody_else"],
    ),
    (
        "the stock installation cannot take a payment",
        &["it::bae::buying::what_is_ordered_is_paid_at_a_page_and_then_belongs_to_its_buyer"],
    ),
];

/// What has to be there.
const MUST: &[Row] = &[
    (
        "1: roles, organizations, sign-in from elsewhere, a party at the first",
        &[
            "it::bae::ways_in::one_acts_for_ones_own_organization_alone",
            "it::v1::external_sign_in::who_comes_for_the_first_time_becomes_a_user_with_an_account_and_its_roles_follow",
            "it::v1::external_sign_in::who_has_no_role_there_is_a_customer_here_and_buys",
        ],
    ),
    (
        "2: categories, catalogs, products, offerings",
        &[
            "it::bae::products::categories_are_a_tree_of_names",
            "it::bae::products::a_catalog_has_a_name_of_its_own_and_takes_offerings_when_it_is_ready",
            "it::bae::products::a_product_is_what_its_parts_are",
            "it::bae::offerings::an_offering_delivers_a_product_or_a_bundle_of_offerings",
            "it::bae::links::what_an_offering_names_is_there_for_who_sees_the_offering",
            "it::bae::prices::an_offering_without_plans_is_free_and_one_called_open_is_for_everybody",
        ],
    ),
    (
        "3: the life cycle, frozen fields, owners",
        &[
            "it::bae::offerings::all_elements_of_the_catalogue_live_the_same_life",
            "it::bae::offerings::an_offering_is_launched_last_and_stays_what_it_was",
            "it::bae::products::whoever_writes_says_it_right_and_for_itself",
        ],
    ),
    (
        "4: price types, periods, alterations, with and without tax",
        &[
            "it::bae::prices::plans_are_shown_as_they_were_said",
            "it::bae::prices::what_a_plan_says_with_tax_is_what_the_first_bill_comes_to",
            "it::bae::prices::amounts_are_told_with_tax_and_without_it",
        ],
    ),
    (
        "5: only what is launched, a plan that is chosen, plans checked when they are saved",
        &[
            "it::bae::buying::only_what_is_launched_and_not_ones_own_is_bought",
            "it::bae::buying::an_order_is_refused_by_the_first_rule_that_it_breaks",
            "it::bae::prices::what_is_wrong_with_a_plan_is_told_before_anything_is_kept",
        ],
    ),
    (
        "5b: customer, its account, where it is billed, and who receives that",
        &["it::bae::customers::a_buyer_comes_to_an_address_in_three_steps_and_nobody_elses"],
    ),
    (
        "6: cart, checkout, terms",
        &[
            "it::bae::buying::a_cart_holds_each_offering_once_until_it_is_emptied",
            "it::bae::buying::what_has_terms_of_use_is_sold_to_who_accepts_them",
            "it::v1::carts::a_cart_that_changed_since_it_was_seen_is_not_ordered",
        ],
    ),
    (
        "7: items handled one by one, derived states, notes, refunds",
        &[
            "it::bae::buying::a_seller_handles_items_that_are_paid_and_a_buyer_calls_off_what_nobody_began",
        ],
    ),
    (
        "8: payment by redirect, call-backs, time-out, free, once",
        &[
            "it::bae::buying::what_is_ordered_is_paid_at_a_page_and_then_belongs_to_its_buyer",
            "it::bae::buying::an_order_that_is_called_off_or_not_paid_in_time_ends",
            "it::bae::buying::a_free_offering_is_had_without_a_page",
        ],
    ),
    (
        "9: a product for each item, kept as bought",
        &[
            "it::bae::buying::what_is_ordered_is_paid_at_a_page_and_then_belongs_to_its_buyer",
            "it::bae::buying::a_seller_handles_items_that_are_paid_and_a_buyer_calls_off_what_nobody_began",
        ],
    ),
    (
        "10: hooks, uploads, upgrades, guarded downloads, what each sort asks for",
        &[
            "it::bae::assets::an_asset_is_uploaded_and_upgraded_as_its_sort_asks",
            "it::bae::assets::a_product_follows_the_upgrade_of_its_asset",
            "it::bae::assets::a_file_comes_as_a_part_of_a_form_too",
            "it::bae::assets::a_digital_product_gives_its_buyer_what_it_names_and_nobody_else",
            "it::v1::assets::the_maker_is_told_with_a_signature_when_it_is_bought_stopped_and_over",
        ],
    ),
    (
        "11: renewal, warning, suspension, unsubscription, change of plan, usage pushed and pulled",
        &[
            "it::bae::consuming::unpaid_usage_suspends_a_product_until_its_renewal_is_paid",
            "it::bae::consuming::what_has_run_out_goes_on_once_its_next_term_is_paid",
            "it::bae::consuming::a_product_is_ended_by_its_customer_when_all_is_paid",
            "it::bae::consuming::a_product_is_ended_whatever_is_owed_for_others",
            "it::scenario::notices::that_a_term_ends_is_told_two_weeks_before_and_once",
            "it::bae::rating::usage_of_a_partners_platform_is_fetched_and_rated_here",
        ],
    ),
    (
        "12: specifications and records of use, their numbers and states",
        &[
            "it::bae::consuming::what_counts_is_specified_here_and_shown_with_what_a_record_says",
            "it::bae::consuming::usage_is_taken_number_by_number_with_a_key_that_was_committed",
            "it::bae::rating::use_in_a_bundle_and_beyond_it_is_tagged_and_rated_piece_by_piece",
            "it::bae::rating::a_record_that_was_refused_is_corrected_and_handed_in_again",
        ],
    ),
    (
        "13: charges and printable invoices of a product",
        &[
            "it::bae::customers::charges_are_shown_for_a_product_with_tax_period_and_kind",
            "it::bae::assets::a_bill_is_a_file_for_who_has_to_pay_it",
        ],
    ),
    (
        "14: records of charges, models, settlement, reports, refunds",
        &[
            "it::bae::revenue::a_charge_is_shared_to_the_cent_settled_reported_and_paid_out",
            "it::bae::revenue::what_goes_back_is_a_record_that_mirrors_the_charge",
            "it::bae::revenue::a_model_comes_before_the_offerings_of_its_class",
            "it::bae::revenue::each_model_of_a_settlement_has_a_report_of_its_own",
            "it::bae::revenue::whoever_settles_is_called_back_until_it_hears",
        ],
    ),
    (
        "15: what lists take",
        &[
            "it::bae::lists::a_list_is_filtered_sorted_cut_and_counted",
            "it::bae::lists::offerings_are_found_by_owner_category_and_product",
            "it::bae::buying::orders_and_products_are_listed_for_who_has_them_alone",
        ],
    ),
    (
        "16: ratings, promises, promotions, recommendations, keys, identity providers, version",
        &[
            "it::bae::neighbors::only_who_bought_rates_and_only_for_itself",
            "it::bae::neighbors::what_one_might_want_is_worked_out_for_oneself_alone",
            "it::bae::neighbors::identity_providers_are_the_operators_to_register",
            "it::bae::ways_in::whoever_asks_is_told_what_runs_and_for_how_long",
        ],
    ),
    (
        "17: mails and screens",
        &[
            "it::bae::paying::a_purchase_is_told_to_who_sells_once_it_is_paid",
            "it::v1::mails::an_order_an_invoice_and_a_payment_are_written_about_once_each",
            "it::browser::shop::from_a_word_to_an_order_that_is_done",
            "it::browser::stock::step_by_step_to_the_shelf_and_on_to_the_work_on_an_order",
            "it::browser::tour::every_page_of_the_ui_is_on_the_tour",
        ],
    ),
    (
        "18: shipments, settlement notes, cycles and means of payment, state machines, hubs",
        &[
            "it::scenario::deliveries::what_is_physical_is_sent_by_its_seller_and_followed_by_its_buyer",
            "it::scenario::settlement::what_is_paid_is_parted_settled_and_paid_out",
            "it::bae::customers::a_billing_account_says_how_its_bills_are_made_and_keeps_to_its_life",
            "it::tmf::hubs::who_registers_is_told_of_what_happens_to_the_things_of_that_api",
        ],
    ),
];

/// What is better.
const BETTER: &[Row] = &[
    (
        "one transaction for one thing that is done",
        &[
            "it::plug_pull::everything_fiwares_contract_writes_survives_the_plug_pulled_at_each_sync",
        ],
    ),
    ("ready when it says so", &["it::binary::a_server_answers_machines_and_stops_when_it_is_told"]),
    (
        "runs without an identity provider, a mail server or a payment account",
        &[
            "it::v1::setup::the_link_sets_the_appliance_up_once",
            "it::delivery::without_a_mail_server_the_executable_lays_mails_beside_the_store",
            "it::v1::gateways::a_payer_goes_to_the_page_and_comes_back_with_what_was_said_there",
        ],
    ),
    (
        "closed unless a row opens it",
        &["it::bae::rights::every_door_lets_in_whom_the_rights_name_and_nobody_else"],
    ),
    (
        "exact figures, each in its currency, mirrored when they go back",
        &[
            "it::scenario::billing::whatever_happens_the_books_balance",
            "it::bae::revenue::what_goes_back_is_a_record_that_mirrors_the_charge",
        ],
    ),
    (
        "renewals, dunning, proration, credit notes, tiers, previews",
        &[
            "it::scenario::renewals::a_renewal_into_another_term_charges_each_term_what_it_costs",
            "it::scenario::dunning::an_invoice_goes_unpaid_and_the_account_goes_on_when_it_is_paid",
            "it::scenario::changes::an_upgrade_in_mid_month_comes_as_its_preview_said",
            "it::scenario::years::a_year_by_graduated_tiers",
        ],
    ),
    (
        "refusals that name field, rule and thing",
        &["it::bae::buying::an_order_is_refused_by_the_first_rule_that_it_breaks"],
    ),
    (
        "what is not launched is its owner's alone, and a retirement may take along what stands before it",
        &[
            "it::bae::products::what_is_not_launched_is_seen_by_its_seller_alone",
            "it::bae::offerings::what_was_retired_before_it_was_launched_is_for_its_seller_alone",
            "it::bae::offerings::offerings_go_off_the_market_with_what_they_stand_before",
        ],
    ),
    (
        "a search that is never behind",
        &["it::v1::search::an_edit_is_found_at_once_and_what_is_retired_is_not"],
    ),
    (
        "plugins that are signed calls, laid down at run time",
        &["it::v1::assets::the_maker_is_told_with_a_signature_when_it_is_bought_stopped_and_over"],
    ),
    (
        "events that are sent, and tried again",
        &[
            "it::v1::listeners::what_is_sent_is_signed_and_says_what_happened_as_it_was_then",
            "it::v1::timelines::the_audit_tells_what_was_changed_by_whom_from_what_to_what",
        ],
    ),
    (
        "the first steps are shown",
        &["it::browser::first_offer::from_an_empty_store_to_an_issued_invoice"],
    ),
    (
        "the newer APIs are served to their own kits",
        &["it::tmf::conformance::every_resource_does_what_the_kits_try"],
    ),
];

/// What its guides tell as stories.
const STORIES: &[Row] = &[
    (
        "a catalogue is created",
        &[
            "it::bae::products::a_catalog_has_a_name_of_its_own_and_takes_offerings_when_it_is_ready",
        ],
    ),
    (
        "an offering is created and launched",
        &["it::bae::offerings::an_offering_is_launched_last_and_stays_what_it_was"],
    ),
    (
        "what is offered is retired",
        &["it::bae::offerings::what_is_offered_is_retired_after_its_offerings"],
    ),
    (
        "something is searched for, and bought at a page",
        &[
            "it::bae::lists::a_list_is_filtered_sorted_cut_and_counted",
            "it::bae::buying::what_is_ordered_is_paid_at_a_page_and_then_belongs_to_its_buyer",
        ],
    ),
    (
        "something digital is delivered",
        &["it::bae::assets::a_digital_product_gives_its_buyer_what_it_names_and_nobody_else"],
    ),
    (
        "something physical is delivered",
        &[
            "it::bae::buying::a_seller_handles_items_that_are_paid_and_a_buyer_calls_off_what_nobody_began",
            "it::scenario::deliveries::what_is_physical_is_sent_by_its_seller_and_followed_by_its_buyer",
        ],
    ),
    (
        "usage is fed in",
        &["it::bae::consuming::usage_is_taken_number_by_number_with_a_key_that_was_committed"],
    ),
    (
        "what is not paid is suspended, and renewed",
        &[
            "it::bae::consuming::unpaid_usage_suspends_a_product_until_its_renewal_is_paid",
            "it::bae::consuming::what_has_run_out_goes_on_once_its_next_term_is_paid",
        ],
    ),
    (
        "revenue is settled",
        &[
            "it::bae::revenue::a_charge_is_shared_to_the_cent_settled_reported_and_paid_out",
            "it::bae::revenue::whoever_settles_is_called_back_until_it_hears",
        ],
    ),
];

#[test]
fn every_test_that_is_named_for_something_is_there() {
    for (what, tests) in [WEAKNESSES, MUST, BETTER, STORIES].concat() {
        assert!(!tests.is_empty(), "{what} is proven by nothing");
        for test in tests {
            ledger::must_be_there(test).unwrap_or_else(|why| panic!("{what}: {why}"));
        }
    }
}
