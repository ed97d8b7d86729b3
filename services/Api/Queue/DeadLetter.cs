using System.Text.Json.Serialization;

namespace Serverless.Api.Queue;

/// <summary>A message that can never work. Put back on the job queue as it is, it is tried again.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Message">The message; null if it is too large for a letter, or no text.</param>
/// <param name="SpecUri">Where the message lies instead.</param>
internal sealed record DeadLetter(
    [property: JsonPropertyName(DeadLetter.ReasonField)] string Reason,
    [property: JsonPropertyName(DeadLetter.MessageField), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Message = null,
    [property: JsonPropertyName("spec_uri"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SpecUri = null)
{
    /// <summary>Names of its fields.</summary>
    public const string ReasonField = "reason", MessageField = "message";
}
