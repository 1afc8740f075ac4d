//! What a store's age header says without a key: the `gitconn-sig` stanza.

/// The facts in the stanza `gitconn-sig 1 STORE-ID GENERATION SIGNER`. They are only claims until the signature is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) store_id: String,
    pub(crate) generation: u64,
    /// The writer's public key, base64 without padding.
    pub(crate) signer: String,
}
