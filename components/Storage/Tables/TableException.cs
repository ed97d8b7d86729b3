namespace Serverless.Storage.Tables;

/// <summary>A table file, a schema or a row is wrong; the message names file, column and row, expected and found.</summary>
public sealed class TableException(string message, Exception? inner = null) : Exception(message, inner);
