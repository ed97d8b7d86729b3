namespace Serverless.Storage.Duck;

/// <summary>Quoting of names and texts in DuckDB's SQL.</summary>
internal static class Sql
{
    /// <summary>'it''s'</summary>
    internal static string Text(string value) => "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>"a ""name"""</summary>
    internal static string Name(string value) => "\"" + value.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>A path for functions that would take * ? [ in it as a pattern.</summary>
    internal static string ExactPath(string path) =>
        Text(string.Concat(Path.GetFullPath(path).Select(c => c is '*' or '?' or '[' ? $"[{c}]" : c.ToString())));
}
