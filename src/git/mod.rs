//! Git's own spellings: remote addresses, and the checkout around us. It knows no provider and no store.

mod checkout;
mod helpers;
mod remote;

pub(crate) use checkout::origin;
pub(crate) use helpers::helpers;
pub(crate) use remote::Remote;
