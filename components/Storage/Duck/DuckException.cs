namespace Serverless.Storage.Duck;

/// <summary>DuckDB refused a statement; the message is its own, without the statement that it quotes: nobody but this component wrote that.</summary>
internal sealed class DuckException(string message) : Exception(message.Split("\n\nLINE ")[0].Trim());
