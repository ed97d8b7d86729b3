using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Serverless.Cli;

/// <summary>How commands write JSON: readable, text as it is, and the numbers that JSON lacks as "NaN", "Infinity", "-Infinity".</summary>
internal static class JsonOutput
{
    /// <summary>On one line, for a cell.</summary>
    public static JsonSerializerOptions Compact { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static JsonSerializerOptions Options { get; } = new(Compact) { WriteIndented = true };
}
