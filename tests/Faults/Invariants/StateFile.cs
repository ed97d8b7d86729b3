using Microsoft.Data.Sqlite;

namespace Serverless.Faults.Tests.Invariants;

/// <summary>What holds for a state file.</summary>
internal static class StateFile
{
    /// <summary>SQLite finds no damage, and no row was set aside.</summary>
    public static void ShouldBeSound(SqliteConnection connection)
    {
        Text(connection, "PRAGMA integrity_check").ShouldBe("ok");
        Text(connection, "SELECT group_concat(source || ' ' || key || ': ' || reason, '\n') FROM quarantine").ShouldBe("");
    }

    public static string Text(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() as string ?? "";
    }
}
