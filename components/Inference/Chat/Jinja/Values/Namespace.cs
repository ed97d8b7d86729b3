namespace Serverless.Inference.Chat.Jinja;

/// <summary>An object whose attributes any scope may set: <c>{% set ns.found = true %}</c>.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Attributes { get; } = [];
}
