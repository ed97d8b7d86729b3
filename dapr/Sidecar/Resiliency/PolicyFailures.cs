using System.Net.Sockets;
using Dapr.Sidecar.Components;
using Dapr.Sidecar.State;

namespace Dapr.Sidecar.Resiliency;

/// <summary>An app answered with a status that is a failure (400 and above).</summary>
internal sealed class AppStatusException(int status) : Exception($"the app answered {status}")
{
    /// <summary>The status.</summary>
    public int Status { get; } = status;
}

/// <summary>What counts as a failure of a target.</summary>
internal static class PolicyFailures
{
    /// <summary>Whether the target failed, rather than the caller: who cancels, asks nonsense or is late with an ETag says nothing about it.</summary>
    public static bool IsFailure(Exception error) => error is not (BadRequestException or ETagMismatchException or OperationCanceledException);

    /// <summary>Whether nobody listens.</summary>
    public static bool IsUnreachable(Exception error) => error is HttpRequestException { InnerException: SocketException };

    /// <summary>Whether a policy's status codes let a failure be retried; failures without a status always are.</summary>
    public static bool Matches(Exception error, StatusRanges? statuses) => statuses is null || error is not AppStatusException answer || statuses.Contains(answer.Status);
}
