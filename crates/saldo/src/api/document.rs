//! The OpenAPI document, made from the handlers; what holds for every route is said here once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{
    Api, api_keys, charges, customers, entries, events, grants, guard, meters, payments, subjects,
    test_clock, topups, wallets,
};

/// The routes that need an operator's key, with their description.
pub(super) fn operator_routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::new()
        .routes(routes!(customers::list, customers::create))
        .routes(routes!(customers::get, customers::change))
        .routes(routes!(wallets::of_customer))
        .routes(routes!(wallets::get))
        .routes(routes!(entries::list))
        .routes(routes!(entries::explain))
        .routes(routes!(entries::usage))
        .routes(routes!(subjects::list, subjects::create))
        .routes(routes!(subjects::delete))
        .routes(routes!(grants::list, grants::create))
        .routes(routes!(grants::deduct))
        .routes(routes!(charges::create))
        .routes(routes!(charges::create_batch))
        .routes(routes!(charges::get))
        .routes(routes!(charges::reverse))
        .routes(routes!(events::report))
        .routes(routes!(events::report_as_openmeter))
        .routes(routes!(meters::list, meters::create))
        .routes(routes!(meters::get))
        .routes(routes!(meters::list_prices, meters::create_price))
        .routes(routes!(topups::list, topups::create))
        .routes(routes!(topups::get))
        .routes(routes!(topups::cancel))
        .routes(routes!(payments::list))
        .routes(routes!(payments::get))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::revoke))
        .routes(routes!(test_clock::get))
        .routes(routes!(test_clock::advance))
}

/// The whole document.
pub fn document() -> OpenApi {
    let guard = OpenApiRouter::<Arc<Api>>::new().routes(routes!(guard::guard));
    operator_routes().merge(guard).into_openapi()
}

/// `GET /v1/openapi.json`
pub(super) async fn serve(State(api): State<Arc<Api>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], api.document.clone())
}
