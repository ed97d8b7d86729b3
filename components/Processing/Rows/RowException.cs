namespace Serverless.Processing.Rows;

/// <summary>
/// A row that cannot be processed. Thrown inside a preprocess or postprocess function it becomes that row's <c>error</c>; the other
/// rows are unharmed.
/// </summary>
public sealed class RowException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="code">One of <see cref="Contracts.Errors.ErrorCodes"/> that are about rows.</param>
    /// <param name="message">Which column or value, expected and found.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public RowException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>One of <see cref="Contracts.Errors.ErrorCodes"/>.</summary>
    public string Code { get; }
}
