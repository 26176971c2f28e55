export { takeSampling as toSampling } from "@understudy/core/adapter";
