using System.Diagnostics;

namespace Serverless.Benchmarks.Peers;

/// <summary>The folder tests/Benchmarks/peers with its npm packages, installed when a benchmark first asks for them.</summary>
public static class PeerPackages
{
    /// <summary>The peers' folder.</summary>
    public static string Folder { get; } = Clone.PathOf("tests", "Benchmarks", "peers");

    /// <summary>The folder of an installed package, or null on a platform that the package does not exist for.</summary>
    /// <param name="name">The npm name.</param>
    /// <exception cref="InvalidOperationException">npm is missing or failed.</exception>
    public static string? Find(string name)
    {
        string installed = Path.Combine(Folder, "node_modules", ".installed-lock.json");
        string wanted = Path.Combine(Folder, "package-lock.json");
        if (!File.Exists(installed) || File.ReadAllText(installed) != File.ReadAllText(wanted))
        {
            Install();
            File.Copy(wanted, installed, overwrite: true);
        }

        string package = Path.Combine(Folder, "node_modules", name);
        return Directory.Exists(package) ? package : null;
    }

    private static void Install()
    {
        Console.Error.WriteLine($"Installing the npm packages of {Folder}");
        try
        {
            string[] arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
            var start = new ProcessStartInfo("npm", arguments) { WorkingDirectory = Folder };
            using var npm = Process.Start(start)!;
            npm.WaitForExit();
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException(
                    $"npm ci failed in {Folder} (exit code {npm.ExitCode}); its message stands above. It needs a package registry that npm can reach.");
            }
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException(
                $"The peers in {Folder} need npm and Node 20 or later, and npm was not found on PATH: install Node 20, then run again.", missing);
        }
    }
}
