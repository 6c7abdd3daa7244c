// What is used of the SDK, so that a bundle leaves the rest out, and one import() loads it.
export {
  DescribeClusterCommand,
  EKSClient,
  paginateListClusters,
  ResourceNotFoundException,
} from "@aws-sdk/client-eks";
