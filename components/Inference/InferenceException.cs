namespace Serverless.Inference;

/// <summary>
/// A model, a request or a setting that the engine cannot work with. The message names the file, tensor or field, what was
/// expected and what was found.
/// </summary>
public sealed class InferenceException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="code">One of <see cref="InferenceErrorCodes"/>.</param>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public InferenceException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>A stable name for the kind of error: one of <see cref="InferenceErrorCodes"/>.</summary>
    public string Code { get; }
}
