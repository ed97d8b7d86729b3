using Microsoft.Extensions.Logging;
using Serverless.Contracts.Status;

namespace Serverless.Jobs.Actors;

/// <summary>What the job's actor logs.</summary>
public sealed partial class JobActor
{
    [LoggerMessage(2001, LogLevel.Information, "Job {Key} is {Status}.")]
    private partial void LogEntered(string key, JobStatus status);

    [LoggerMessage(2002, LogLevel.Warning, "Job {Key} could not be listed or published and will be soon.")]
    private partial void LogNotTold(Exception error, string key);
}
