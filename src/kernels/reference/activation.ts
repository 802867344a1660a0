export const activationReferences = {};
