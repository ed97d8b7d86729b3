using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Contracts;

/// <summary>
/// How the product's own documents are written. Names stand in attributes on the types, so no setting here changes the wire
/// format; unknown fields are ignored, so that old and new versions can talk.
/// </summary>
public static class ContractsJson
{
    /// <summary>One line, absent instead of null, text as it is (the documents never stand inside HTML).</summary>
    public static JsonSerializerOptions Compact { get; } = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Like <see cref="Compact"/>, for documents that people read.</summary>
    public static JsonSerializerOptions Indented { get; } = new(Compact) { WriteIndented = true };
}
