export const denseReferences = {};
