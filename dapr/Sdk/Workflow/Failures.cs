using Dapr.Protocol;

namespace Dapr.Workflow;

/// <summary>Failures as they travel.</summary>
internal static class Failures
{
    /// <summary>What an exception looks like to others.</summary>
    public static TaskFailureDetails Of(Exception exception, bool isNonRetriable = false) =>
        Of(exception.GetType().FullName ?? exception.GetType().Name, exception.Message, exception.StackTrace, isNonRetriable);

    /// <summary>A failure with a name of the runtime's own.</summary>
    public static TaskFailureDetails Of(string errorType, string message, string? stackTrace = null, bool isNonRetriable = false) =>
        new() { ErrorType = errorType, ErrorMessage = message, StackTrace = stackTrace, IsNonRetriable = isNonRetriable };

    /// <summary>What came over the wire, as applications see it.</summary>
    public static WorkflowTaskFailureDetails Read(TaskFailureDetails? details) =>
        details is null ? new("Unknown", "No details were given.") : new(details.ErrorType, details.ErrorMessage, details.StackTrace);
}
