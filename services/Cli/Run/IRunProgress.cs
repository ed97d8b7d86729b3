using Serverless.Inference.Loading.Hub;
using Serverless.Processing.Jobs;

namespace Serverless.Cli.Run;

/// <summary>What a run tells on the way: how far the model's download is, then how far the job is.</summary>
internal interface IRunProgress : IProgress<JobProgress>, IProgress<DownloadProgress>;
