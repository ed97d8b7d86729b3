namespace Serverless.Contracts.Validation;

/// <summary>One thing that is wrong with a job's document.</summary>
/// <param name="Path">Where: <c>preprocess.messages[1].role</c>; empty for the document as a whole.</param>
/// <param name="Message">What was expected and found, and what to do.</param>
/// <param name="Code"><see cref="Errors.ErrorCodes.InvalidSpec"/> or <see cref="Errors.ErrorCodes.NotSupported"/>.</param>
public sealed record SpecError(string Path, string Message, string Code = Errors.ErrorCodes.InvalidSpec)
{
    /// <summary><c>path: message</c>.</summary>
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}
