using System.Text.Json;

namespace Serverless.Conformance.App.Control;

/// <summary>A value of any shape; absent is null.</summary>
internal sealed record Payload(JsonElement? Value);
