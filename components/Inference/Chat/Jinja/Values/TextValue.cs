using System.Diagnostics.CodeAnalysis;

namespace Serverless.Inference.Chat.Jinja;

/// <summary>The text of a string, marked as HTML or not.</summary>
internal static class TextValue
{
    public static bool TryGet(object? value, [NotNullWhen(true)] out string? text)
    {
        text = value as string ?? (value as Markup)?.Text;
        return text is not null;
    }

    /// <summary>The text of an argument that has to be a string.</summary>
    public static string Require(object? value, string what)
    {
        if (TryGet(value, out var text))
            return text;
        throw value is Undefined undefined ? undefined.Fail() : new JinjaException($"{what} must be str, not {TypeNames.Of(value)}");
    }
}
