using Serverless.Storage.Duck;

namespace Serverless.Storage;

/// <summary>The native libraries that this component needs, for those who want to know before they start work.</summary>
public static class NativeParts
{
    /// <summary>Loads DuckDB's library.</summary>
    /// <returns>Its version, such as <c>v1.5.6</c>.</returns>
    /// <exception cref="DllNotFoundException">It is not there; the message names where it was looked for, and how it gets there.</exception>
    public static string LoadDuckDb() => DuckDatabase.Version;
}
