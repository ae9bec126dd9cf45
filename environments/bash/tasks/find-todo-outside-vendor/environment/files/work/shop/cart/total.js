// TODO taxes; TODO discounts
let total = 0;
// TODO currency
// todo: lower case
export { total };
