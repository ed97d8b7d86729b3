using System.Buffers;

namespace Dapr.Actors.Communication;

/// <summary>
/// The URLs of an actor. Type, id and names are single segments: what has a meaning in a URL is escaped, so that no id can name another
/// resource. A sidecar of Dapr refuses some of it all the same; see <see cref="ActorId"/>.
/// </summary>
internal static class ActorPath
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~@:|!$&'()*,;=");

    public static Uri Method(string root, string type, string id, string method) => Of(root, type, id, "method", method);

    public static Uri State(string root, string type, string id) => new($"{root}{Segment(type)}/{Segment(id)}/state");

    public static Uri Of(string root, string type, string id, string kind, string name) =>
        new($"{root}{Segment(type)}/{Segment(id)}/{kind}/{Segment(name)}");

    private static string Segment(string text) => text switch
    {
        null or "" => throw new ArgumentException("The type, id, and name in a call to an actor cannot be empty.", nameof(text)),
        "." or ".." => throw new ArgumentException($"\"{text}\" cannot be an actor's type or id or a name: a URL would lose it.", nameof(text)),
        _ => text.AsSpan().ContainsAnyExcept(Plain) ? Uri.EscapeDataString(text) : text,
    };
}
