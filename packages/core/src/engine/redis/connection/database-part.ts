// What keeps the databases of one server apart where Redis does not: in the names of pub/sub channels.

/**
 * The part of a channel's name that says which database it belongs to, such as `db1:`. Redis' channels know no databases: whatever
 * is published to a name reaches those who are connected to any of them.
 *
 * Empty in database 0, so that processes of older versions and newer ones find each other there.
 */
export function databasePart(database: number): string {
  return database === 0 ? '' : `db${database}:`;
}
