export const embeddingReferences = {};
