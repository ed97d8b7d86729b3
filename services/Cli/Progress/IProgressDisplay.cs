using Serverless.Contracts.Api;
using Serverless.Inference.Loading.Hub;

namespace Serverless.Cli.Progress;

/// <summary>Shows how far a job is, and a model's download before it.</summary>
internal interface IProgressDisplay : IProgress<JobResource>, IProgress<DownloadProgress>;
