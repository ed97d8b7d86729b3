namespace Serverless.Storage.Duck;

/// <summary>DuckDB refused a statement; the message is its own.</summary>
internal sealed class DuckException(string message) : Exception(message);
