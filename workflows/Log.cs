using Microsoft.Extensions.Logging;

namespace Serverless.Workflows;

/// <summary>What workflows log.</summary>
internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Warning, "{Activity} of job {Key} is given up: {Reason}")]
    public static partial void NotTold(this ILogger logger, string key, string activity, string reason);
}
