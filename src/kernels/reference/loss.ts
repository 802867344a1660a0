export const lossReferences = {};
