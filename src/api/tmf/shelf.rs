//! What stands on the shelf beside offers: read by whoever sees the shelf, as far as that shows it, and kept
//! by who sells there.

use uuid::Uuid;

use super::entity::Thing;
use crate::domain::catalog::category::{Catalog, Category};
use crate::domain::catalog::promotion::Promotion;
use crate::domain::catalog::specification::Specification;
use crate::domain::id::{CatalogId, CategoryId, Id, Kind, MeterId, PromotionId, SpecificationId};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::{Contract, Stamp};
use crate::domain::usage::meter::Meter;
use crate::services::{
    Act, Cx, Error, carried as carrying, catalog, event, promotion, publication,
};

macro_rules! shelved {
    ($($thing:ident $id:ident by $list:path, $get:path;)+) => {$(
        impl Thing for $thing {
            const KIND: Kind = $id::KIND;
            const WRITING: Permission = Permission::CatalogWrite;

            fn uuid(&self) -> Uuid {
                self.id.uuid()
            }
            fn stamp(&self) -> &Stamp {
                &self.stamp
            }
            fn page(
                cx: Cx<'_>,
                page: &PageRequest,
                accept: impl FnMut(&Self) -> bool,
            ) -> Result<Page<Self>, Error> {
                let mut found = $list(cx, page)?;
                found.items.retain(accept);
                Ok(found)
            }
            fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Self>, Error> {
                $get(cx, $id::from_uuid(id)).map(Some).or_else(Error::or_nothing)
            }
            fn carry(act: &mut Act<'_>, id: Uuid, said: Vec<u8>) -> Result<Self, Error> {
                carrying::keep(act, ($id::from_uuid(id), Self::WRITING), Contract::Tmf, said)
            }
            fn kept(side: &[u8]) -> Result<Self, Error> {
                event::read(side)
            }
        }
    )+};
}

shelved! {
    Catalog CatalogId by publication::list, publication::get;
    Category CategoryId by catalog::categories, catalog::category;
    Meter MeterId by catalog::meters, catalog::meter;
    Promotion PromotionId by promotion::list, promotion::get;
    Specification SpecificationId by catalog::specifications, catalog::specification;
}
