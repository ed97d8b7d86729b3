using System.Text.Json;
using Serverless.Inference.Chat.Jinja;

namespace Serverless.Inference.Tests.Chat;

/// <summary>The files of Fixtures/chat, written by its make.py with jinja2.</summary>
internal static class Fixtures
{
    public static string Folder { get; } = Path.Combine(Clone.Root, "tests", "Inference", "Fixtures", "chat");

    /// <summary>The options of transformers, at the time that make.py stops its clock at.</summary>
    public static JinjaOptions AsTransformers { get; } = new() { TrimBlocks = true, LstripBlocks = true, TimeProvider = new StoppedClock() };

    public static JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name))).RootElement;

    public static Dictionary<string, object?> Variables(string name) => (Dictionary<string, object?>)Plain(Read(name))!;

    /// <summary>JSON as the values that templates take.</summary>
    public static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(property => property.Name, property => Plain(property.Value)),
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var integer) ? (object)integer : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private sealed class StoppedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 3, 7, 14, 5, 9, TimeSpan.Zero);
    }
}
