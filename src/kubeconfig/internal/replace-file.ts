import { randomBytes } from "node:crypto";
import { type FileHandle, access, lstat, open, readlink, realpath, rename, rm, writeFile } from "node:fs/promises";
import { constants, type Stats } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { errnoOf } from "./go-file-error.ts";

/** Folders and files where a new file cannot take the place of the old one: bind mounts, read-only folders. */
const notReplaceable = ["EBUSY", "EXDEV", "EACCES", "EPERM", "EROFS"];

/**
 * Gives a file another content in one step: a new file beside it, on disk before it takes the old one's name. Whoever is
 * stopped half-way, or finds the disk full, leaves the old file as it was. Mode and owner stay; a new file is its owner's alone.
 * Symbolic links are followed. A file with several names, or one that nothing can take the place of, is written in place.
 * One that may not be written is left alone, though its folder would let another one take its place; a device takes the text.
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  const target = await resolveLinks(file);
  const old = await statOf(target);
  const bytes = Buffer.from(text, "utf8");
  if (old !== undefined) await access(target, constants.W_OK);
  if (old?.isCharacterDevice() === true) {
    await writeFile(target, bytes);
    return;
  }
  if (old !== undefined && !old.isFile()) throw new Error("it is no regular file");
  if (old === undefined || old.nlink === 1) {
    if (await replace(target, bytes, old)) return;
  }
  await writeInPlace(target, bytes);
}

const mostLinks = 40;

/** Follows links also to a file that does not exist yet. */
async function resolveLinks(file: string, links = 0): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    const target = errnoOf(error) === "ENOENT" && links < mostLinks ? await linkTarget(file) : undefined;
    if (target !== undefined) return resolveLinks(resolve(await realpath(dirname(file)), target), links + 1);
    if (errnoOf(error) !== "ENOENT") throw error;
    return file;
  }
}

async function linkTarget(file: string): Promise<string | undefined> {
  try {
    return await readlink(file);
  } catch {
    // It is not there at all.
    return undefined;
  }
}

async function statOf(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** False when the folder or the file system does not let it happen. */
async function replace(target: string, bytes: Buffer, old: Stats | undefined): Promise<boolean> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
      if (old !== undefined) await keepOwner(handle, old);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    if (notReplaceable.includes(errnoOf(error)) && old !== undefined) return false;
    throw error;
  }
  await syncFolder(dirname(target));
  return true;
}

async function keepOwner(handle: FileHandle, old: Stats): Promise<void> {
  const made = await handle.stat();
  if (made.uid !== old.uid || made.gid !== old.gid) await handle.chown(old.uid, old.gid);
  await handle.chmod(old.mode & 0o7777);
}

/** The new name is to outlast a power cut, too; some file systems cannot promise that. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch {
    // The content is safe in either case.
  }
}

/** Puts the old content back when the new one does not fit. */
async function writeInPlace(target: string, bytes: Buffer): Promise<void> {
  const handle = await open(target, "r+");
  try {
    const old = await handle.readFile();
    try {
      // What the file grows by comes first: if the disk is full, nothing has been overwritten yet.
      if (bytes.length > old.length) await writeAll(handle, bytes.subarray(old.length), old.length);
      await writeAll(handle, bytes.subarray(0, old.length), 0);
      await handle.truncate(bytes.length);
    } catch (error) {
      await writeAll(handle, old, 0);
      await handle.truncate(old.length);
      throw error;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
