export default () => {
  throw new Error("The configuration is missing.");
};
