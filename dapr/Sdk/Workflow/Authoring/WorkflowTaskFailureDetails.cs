namespace Dapr.Workflow;

/// <summary>What is known of a failure that happened elsewhere.</summary>
public class WorkflowTaskFailureDetails
{
    /// <summary>Details of a failure.</summary>
    public WorkflowTaskFailureDetails(string errorType, string errorMessage, string? stackTrace = null)
    {
        ErrorType = errorType;
        ErrorMessage = errorMessage;
        StackTrace = stackTrace;
    }

    /// <summary>The full name of the exception's type, or a name that the runtime gave.</summary>
    public string ErrorType { get; }

    /// <summary>The exception's message.</summary>
    public string ErrorMessage { get; }

    /// <summary>Where it was thrown. Null when that is not known.</summary>
    public string? StackTrace { get; }

    /// <summary>Whether the exception was of a type, or of one derived from it, as far as the type is known in this process.</summary>
    /// <typeparam name="T">The type.</typeparam>
    public bool IsCausedBy<T>()
        where T : Exception =>
        string.Equals(ErrorType, typeof(T).FullName, StringComparison.Ordinal) || typeof(T).IsAssignableFrom(KnownType());

    /// <summary>The type and the message.</summary>
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    private Type? KnownType()
    {
        if (string.IsNullOrEmpty(ErrorType))
        {
            return null;
        }

        return Type.GetType(ErrorType, throwOnError: false)
            ?? AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(ErrorType, throwOnError: false)).FirstOrDefault(type => type is not null);
    }
}
