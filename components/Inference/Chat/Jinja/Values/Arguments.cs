namespace Serverless.Inference.Chat.Jinja;

/// <summary>The values of one call.</summary>
/// <param name="positional">By position.</param>
/// <param name="named">By name, in the order of the call; no name twice.</param>
internal sealed class Arguments(object?[] positional, KeyValuePair<string, object?>[] named)
{
    public static Arguments None { get; } = new([], []);

    public object?[] Positional => positional;

    public KeyValuePair<string, object?>[] Named => named;

    public static Arguments Of(params object?[] positional) => new(positional, []);

    /// <summary>The same without its first positional arguments.</summary>
    public Arguments Skip(int count) => new(positional[count..], named);
}
