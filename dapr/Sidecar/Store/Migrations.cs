using System.Globalization;

namespace Dapr.Sidecar.Store;

/// <summary>
/// The schema as numbered SQL files (Store/Migrations/NNNN-name.sql, embedded): each runs once, in order, in a transaction of its own;
/// <c>PRAGMA user_version</c> holds the number of the last one.
/// </summary>
internal static class Migrations
{
    private const string Prefix = ".Store.Migrations.";

    /// <summary>Brings a database to the newest schema.</summary>
    /// <exception cref="StoreException">The database is newer than this program.</exception>
    public static void Apply(StoreConnection connection, string path)
    {
        var assembly = typeof(Migrations).Assembly;
        var files = assembly.GetManifestResourceNames()
            .Where(name => name.Contains(Prefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => (Name: name, Number: Number(name)))
            .OrderBy(file => file.Number)
            .ToArray();
        var version = connection.First("PRAGMA user_version", row => row.GetInt32(0));
        if (files.Length > 0 && version > files[^1].Number)
        {
            throw new StoreException(StoreFailure.Newer, $"{path} has schema {version}, this program knows {files[^1].Number} at most: use the newer program, or another file.");
        }

        foreach (var (name, number) in files.Where(file => file.Number > version))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            connection.ExecuteScript($"BEGIN IMMEDIATE; {reader.ReadToEnd()}; PRAGMA user_version = {number}; COMMIT;");
        }
    }

    private static int Number(string name) =>
        int.Parse(name.AsSpan(name.IndexOf(Prefix, StringComparison.Ordinal) + Prefix.Length, 4), CultureInfo.InvariantCulture);
}
