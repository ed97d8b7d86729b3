namespace Serverless.Contracts.Errors;

/// <summary>A job that cannot go on. The message says what, where, and what to do.</summary>
public sealed class JobException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>.</param>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public JobException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>One of <see cref="ErrorCodes"/>.</summary>
    public string Code { get; }

    /// <summary>What it means for the job.</summary>
    public ErrorClass Class => ErrorTable.ClassOf(Code);
}
